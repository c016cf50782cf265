package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.CountRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.OperationPlan;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Counts and exports of a part of a table contain exactly that part. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelectionIT {

  private static final int PARTITIONS = 1_000;
  private static final int ROWS_TO_A_PARTITION = 3;
  private static final int ROWS = PARTITIONS * ROWS_TO_A_PARTITION;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";

  @TempDir private Path warehouse;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (p int, c int, v text, s int static, PRIMARY KEY (p, c))");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (p, c, v, s) VALUES (?, ?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int p = 0; p < PARTITIONS; p++) {
        List<BoundStatement> rows = new ArrayList<>();
        for (int c = 0; c < ROWS_TO_A_PARTITION; c++) {
          rows.add(insert.bind(p, c, "v" + p % 10 + "'; " + c, p));
        }
        writes.addPartition(rows);
      }
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void planCoversSelectedTokensOnceAndSendsNoQueryOfTheTable() {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      OperationPlan whole = watched.count(keyspace, "t").taskCount(50).plan();
      assertThat(whole.table()).isEqualTo(keyspace + ".t");
      assertThat(whole.tasks()).hasSizeBetween(40, 60);
      assertThat(whole.tasks()).allSatisfy(task -> assertThat(task.replicas()).isNotEmpty());
      assertThat(whole.tasks().stream().mapToDouble(OperationPlan.Task::share).sum())
          .isCloseTo(1, within(1e-9));
      assertTiles(TokenRangeSet.wholeRing(), whole);

      OperationPlan part =
          watched
              .export(keyspace, "t")
              .to(IcebergTarget.warehouse(warehouse.resolve("unused")))
              .withWritetime("v")
              .tokenRange(-1_000_000, 7)
              .taskCount(10)
              .plan();
      assertThat(part.columns())
          .extracting(column -> column.column().name() + " " + column.targetType())
          .containsExactly("p int", "c int", "v string", "s int", "v_writetime long");
      assertTiles(TokenRangeSet.of(new TokenRange(-1_000_000, 7)), part);
      assertThat(part.tasks().stream().mapToDouble(OperationPlan.Task::share).sum())
          .isCloseTo(1, within(1e-9));
    }
    assertThat(watch.prepared()).noneMatch(query -> query.contains(keyspace + ".t"));
    assertThat(watch.sent()).isEmpty();
    assertThat(warehouse.resolve("unused")).doesNotExist();
  }

  private static void assertTiles(TokenRangeSet tokens, OperationPlan plan) {
    List<TokenRange> ranges =
        plan.tasks().stream().flatMap(task -> task.tokens().ranges().stream()).toList();
    assertThatCode(() -> Tiling.requireExactly(tokens, ranges)).doesNotThrowAnyException();
  }

  @Test
  void filtersByRegularColumns() {
    String where = "v = 'v3''; 1'";
    assertThat(count().where(where).allowFiltering().execute().rows()).isEqualTo(PARTITIONS / 10);
    assertThat(count().where("c < 2").allowFiltering().execute().rows()).isEqualTo(PARTITIONS * 2);
    assertThat(count().where("s >= 990 AND c IN (0, 2)").allowFiltering().execute().rows())
        .isEqualTo(20);
    ExportRequest export = export("where").where(where).allowFiltering();
    assertThat(export.execute().rows()).isEqualTo(PARTITIONS / 10);
    Set<Object> keys = new TreeSet<>();
    for (Record row : rows("where")) {
      assertThat(row.getField("v")).isEqualTo("v3'; 1");
      keys.add(row.getField("p"));
    }
    assertThat(keys).hasSize(PARTITIONS / 10);
  }

  @Test
  void bindsValues() {
    assertThat(count().where("v = ?", "v3'; 1").allowFiltering().execute().rows())
        .isEqualTo(PARTITIONS / 10);
    assertThat(
            count()
                .where("s >= ? AND c IN ?", 990, List.of(0, 2))
                .allowFiltering()
                .execute()
                .rows())
        .isEqualTo(20);
    assertThat(export("bound").where("v = ?", "v3'; 1").allowFiltering().execute().rows())
        .isEqualTo(PARTITIONS / 10);
    assertThatThrownBy(() -> count().where("v = ?", 3).allowFiltering().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("a java.lang.Integer, with the type text");
    assertThatThrownBy(() -> count().where("v = ?", "x").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("where (v = 'x')");
  }

  @Test
  void requiresAllowFilteringAndReportsServerErrors() {
    assertThatThrownBy(() -> count().where("v = 'x'").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "where (v = 'x') on "
                + keyspace
                + ".t needs filtering on the server, so that each replica reads all rows of its"
                + " token ranges: use allowFiltering() to allow it");
    assertThatThrownBy(() -> export("refused").where("v = 'x'").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("use allowFiltering()");
    assertThat(warehouse.resolve("catalog.db")).doesNotExist();
    assertThatThrownBy(() -> count().where("nosuch = 1").allowFiltering().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The server refuses where (nosuch = 1) on " + keyspace + ".t: ");
    assertThatThrownBy(() -> count().where("v = = 1").allowFiltering().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The server refuses where (v = = 1) on " + keyspace + ".t: ");
    assertThatThrownBy(() -> count().allowFiltering().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("allowFiltering needs a condition to filter by; set where(...)");
  }

  @Test
  void partsOfRingAddUpToTable() {
    Random random = new Random(seed);
    TreeSet<Long> cuts = new TreeSet<>(List.of(Long.MIN_VALUE + 1, -1L, 0L, Long.MAX_VALUE));
    while (cuts.size() < 9) {
      cuts.add(random.nextLong());
    }
    List<Long> bounds = new ArrayList<>(cuts);
    long counted = 0;
    long exported = 0;
    Set<List<Object>> keys = new HashSet<>();
    for (int i = 0; i < bounds.size(); i++) {
      // The last range wraps around the end of the ring.
      long start = bounds.get(i);
      long end = bounds.get((i + 1) % bounds.size());
      counted += count().tokenRange(start, end).taskCount(20).execute().rows();
      ExportResult part = export("part" + i).tokenRange(start, end).taskCount(20).execute();
      exported += part.rows();
      if (part.rows() > 0) {
        rows("part" + i).forEach(row -> keys.add(List.of(row.getField("p"), row.getField("c"))));
      }
    }
    assertThat(counted).as("seed %d", seed).isEqualTo(ROWS);
    assertThat(exported).as("seed %d", seed).isEqualTo(ROWS);
    assertThat(keys).as("seed %d", seed).hasSize(ROWS);
    // Two overlapping ranges, one of which wraps, return no row twice.
    assertThat(count().tokenRange(-5, 5).tokenRange(0, -2).execute().rows()).isEqualTo(ROWS);
  }

  @Test
  void partOfRingHasSameTaskCount() {
    ExportResult part = export("tasks").tokenRange(0, 1L << 54).taskCount(30).execute();
    assertThat(part.tasks()).isBetween(25, 40);
    assertThat(part.rangesDone()).isEqualTo(part.rangesPlanned());
  }

  @Test
  void refusesRangesWithoutTokens() {
    for (long token : new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> count().tokenRange(token, token))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageEndingWith("ends where it starts; leave it out to read the whole ring");
    }
    assertThatThrownBy(() -> count().tokenRange(Long.MAX_VALUE, Long.MIN_VALUE))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageEndingWith("contains no token that a row can have");
  }

  @Test
  void maxRowsLimitsRowsAndReads() {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      ExportResult sample =
          watched
              .export(keyspace, "t")
              .to(IcebergTarget.warehouse(warehouse).table("it.sample"))
              .maxRows(10)
              .taskCount(60)
              .parallelism(4)
              .execute();
      assertThat(sample.rows()).isEqualTo(10);
      assertThat(sample.files()).isEqualTo(1);
      assertThat(sample.rangesDone()).isLessThan(sample.rangesPlanned());
    }
    assertThat(watch.sent()).hasSizeLessThan(60);
    Set<List<Object>> keys = new HashSet<>();
    rows("sample").forEach(row -> keys.add(List.of(row.getField("p"), row.getField("c"))));
    assertThat(keys).hasSize(10);
    assertThat(export("all").maxRows(ROWS).execute().rows()).isEqualTo(ROWS);
    ExportResult fewer = export("fewer").maxRows(ROWS + 1L).execute();
    assertThat(fewer.rows()).isEqualTo(ROWS);
    assertThat(fewer.rangesDone()).isEqualTo(fewer.rangesPlanned());
    assertThat(export("many").maxRows(200_000).execute().rows()).isEqualTo(ROWS);
    assertThat(export("both").maxRows(50).where("c = 1").allowFiltering().execute().rows())
        .isEqualTo(50);
    assertThatThrownBy(() -> export("none").maxRows(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("maxRows is 0; it takes at least 1");
  }

  @Test
  void partitionColumnsKeepOneRowPerRow() {
    assertThat(export("statics").columns("s", "p").execute().rows()).isEqualTo(ROWS);
    int[] seen = new int[PARTITIONS];
    for (Record row : rows("statics")) {
      assertThat(row.getField("s")).isEqualTo(row.getField("p"));
      seen[(Integer) row.getField("p")]++;
    }
    assertThat(seen).containsOnly(ROWS_TO_A_PARTITION);
    assertThatThrownBy(() -> export("unknown").columns("p", "nosuch").execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("has no column nosuch");
    assertThatThrownBy(() -> export("twice").columns("p", "s", "p").execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("Column p is named twice");
  }

  private CountRequest count() {
    return operator.count(keyspace, "t");
  }

  private ExportRequest export(String name) {
    return operator
        .export(keyspace, "t")
        .to(IcebergTarget.warehouse(warehouse).table("it." + name));
  }

  private List<Record> rows(String name) {
    List<Record> rows = new ArrayList<>();
    Warehouse.inspect(
        warehouse, TableIdentifier.of("it", name), table -> rows.addAll(Warehouse.rows(table)));
    return rows;
  }
}
