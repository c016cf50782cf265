package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.table.TableSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An import restores the write time and the expiry of each cell. */
@ClusterTest
@OnCassandra(since = "5.0", feature = "times of elements")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestoredTimesIT {

  private static final int DEFAULT_TTL = 864_000;
  private static final int PARTITIONS = 40;

  private static final String CELLS =
      "p int, q text, c int, d text, st text static, sl list<int> static, sm map<text, int> static,"
          + " v int, w text, x vector<float, 2>, f frozen<list<int>>, l list<int>, k list<text>,"
          + " s set<text>, m map<text, int>, u place, PRIMARY KEY ((p, q), c, d)";

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";
  private int exports;

  @TempDir private Path warehouse;

  @BeforeAll
  void createKeyspace() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TYPE "
            + keyspace
            + ".place (street text, zip int, \"Odd \"\"tags\" frozen<list<text>>)");
    for (String table : List.of("cells", "cells_clone")) {
      create(
          table,
          CELLS,
          "WITH CLUSTERING ORDER BY (c DESC, d ASC) AND default_time_to_live = " + DEFAULT_TTL);
    }
    for (String table : List.of("simple", "simple_clone")) {
      create(
          table,
          "id int PRIMARY KEY, a int, b int, l list<int>",
          "WITH default_time_to_live = " + DEFAULT_TTL);
    }
    Random random = new Random(seed);
    for (int p = 0; p < PARTITIONS; p++) {
      fillPartition(p, random);
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"iceberg", "parquet", "json", "csv", "table"})
  void restoresTimesOfEveryCell(String format) {
    Path folder = warehouse.resolve(format);
    execute("TRUNCATE cells_clone");
    if (!format.equals("table")) {
      operator
          .export(keyspace, "cells")
          .withWritetime()
          .withTtl()
          .to(
              switch (format) {
                case "csv" -> CsvTarget.folder(folder);
                case "json" -> JsonTarget.folder(folder);
                case "parquet" -> ParquetTarget.folder(folder);
                default -> IcebergTarget.warehouse(folder).table("it.cells");
              })
          .execute();
    }
    RecordingSession watch = new RecordingSession(session);
    ImportResult imported;
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      imported =
          watched
              .importInto(keyspace, "cells_clone")
              .from(
                  switch (format) {
                    case "csv" -> CsvSource.at(folder);
                    case "json" -> JsonSource.at(folder);
                    case "parquet" -> ParquetSource.at(folder);
                    case "table" -> TableSource.of(session, keyspace, "cells");
                    default -> IcebergSource.warehouse(folder).table("it.cells");
                  })
              .execute();
    }

    long now = Instant.now().getEpochSecond();
    TimedTables.Content original = TimedTables.read(session, keyspace, "cells", now);
    TimedTables.assertSame(
        original, TimedTables.read(session, keyspace, "cells_clone", now), "cells_clone", seed);
    assertThat(imported.rows()).isEqualTo(original.cells().size());
    assertThat(imported.expiredRows()).isZero();
    assertThat(imported.expiredCells()).isZero();
    // One INSERT and the UPDATEs of rows, partitions and static lists, regardless of missing
    // values.
    assertThat(watch.prepared().stream().filter(cql -> !cql.startsWith("SELECT"))).hasSize(4);
    for (Statement<?> sent : watch.sent()) {
      assertThat(sent.isIdempotent()).isEqualTo(!appends(sent));
    }
  }

  /**
   * Inserts rows whose cells have many different times, rows with one time, and rows with only
   * their key.
   */
  private void fillPartition(int p, Random random) {
    String partition = "p = " + p + " AND q = 'q" + p % 3 + "'";
    if (random.nextInt(3) > 0) {
      write(random, "UPDATE cells USING %s SET st = 'st', sm = {'a': 1, 'z': 2}", partition);
      write(random, "UPDATE cells USING %s SET sl = sl + [1, 2], sm = sm + {'m': 3}", partition);
      write(random, "UPDATE cells USING %s SET sl = sl + [1]", partition);
    }
    for (int c = random.nextInt(6); c >= 0; c--) {
      String row = partition + " AND c = " + c + " AND d = 'd'";
      String key = p + ", 'q" + p % 3 + "', " + c + ", 'd'";
      switch (random.nextInt(4)) {
        case 0 -> execute("INSERT INTO cells (p, q, c, d) VALUES (" + key + ")");
        case 1 ->
            execute(
                "INSERT INTO cells (p, q, c, d, v, w, x, f, l, s, m, u) VALUES ("
                    + key
                    + ", 1, '', [1, 2], [], [3, 1, 2], {'', 'b'}, {'k': 1}, {street: 's', zip: 1})"
                    + " USING "
                    + times(random));
        case 2 -> write(random, "UPDATE cells USING %s SET w = 'only'", row);
        default -> {
          write(random, "UPDATE cells USING %s SET v = 5, l = [1, 2], k = ['a', 'b']", row);
          write(random, "UPDATE cells USING %s SET w = 'w', k = ['0'] + k, l = l + [3]", row);
          write(random, "UPDATE cells USING %s SET l = l + [4, 5], k = k + ['c']", row);
          write(random, "UPDATE cells USING %s SET l = [0] + l, x = [0.5, -1]", row);
          write(random, "UPDATE cells USING %s SET s = {'b', 'd'}, m = {'b': 1, 'd': 2}", row);
          write(random, "UPDATE cells USING %s SET s = s + {'a'}, m = m + {'c': 3}", row);
          write(random, "UPDATE cells USING %s SET u.zip = 7, f = [9]", row);
          write(random, "UPDATE cells USING %s SET u.\"Odd \"\"tags\" = ['t'], u.street = ''", row);
        }
      }
    }
  }

  private void write(Random random, String update, String where) {
    execute(String.format(update, times(random)) + " WHERE " + where);
  }

  /** Selects from a few times, so that cells share some and differ in others. */
  private static String times(Random random) {
    long[] writetimes = {-7, 0, 1, 1_000, 1_700_000_000_000_000L, 1_700_000_000_000_001L};
    int[] ttls = {0, 0, 5_000, 9_000_000, 300_000_000};
    return "TIMESTAMP "
        + writetimes[random.nextInt(writetimes.length)]
        + " AND TTL "
        + ttls[random.nextInt(ttls.length)];
  }

  @Test
  void doesNotRestoreExpiredCells() {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a, b, l) VALUES (1, 1, 1, [1, 2]) USING TTL 1000");
    execute("INSERT INTO simple (id, a) VALUES (2, 1) USING TTL 1000");
    execute("UPDATE simple USING TTL 90000 SET b = 2, l = l + [3, 4] WHERE id = 2");
    execute("UPDATE simple USING TTL 1000 SET l = l + [5] WHERE id = 2");
    execute("UPDATE simple USING TTL 0 SET a = 3, l = [6] WHERE id = 3");
    execute("INSERT INTO simple (id) VALUES (4)");
    ImportResult imported = loadAsReadAgo(2_000);

    assertThat(imported.rows()).isEqualTo(3);
    assertThat(imported.expiredRows()).isEqualTo(1);
    assertThat(imported.expiredCells()).isEqualTo(4 + 1 + 1);
    assertThat(ids("simple_clone")).containsExactly(2, 3, 4);
    Row half = row("simple_clone", "a, b, l, TTL(b), TTL(l)", 2);
    assertThat(half.isNull(0)).isTrue();
    assertThat(half.getInt(1)).isEqualTo(2);
    assertThat(half.getList(2, Integer.class)).containsExactly(3, 4);
    assertThat(half.getInt(3)).isBetween(87_900, 88_000);
    assertThat(half.getList(4, Integer.class)).containsExactly(half.getInt(3), half.getInt(3));
    Row lasting = row("simple_clone", "a, l, TTL(a), TTL(l)", 3);
    assertThat(lasting.getInt(0)).isEqualTo(3);
    assertThat(lasting.getList(1, Integer.class)).containsExactly(6);
    assertThat(lasting.isNull(2)).isTrue();
    assertThat(lasting.getList(3, Integer.class)).containsOnlyNulls();
  }

  @Test
  void rowExpiresWithItsLastCell() throws InterruptedException {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a) VALUES (5, 5) USING TTL 1008");
    execute("UPDATE simple USING TTL 1006 SET b = 5, l = [1] WHERE id = 5");
    ImportResult imported = loadAsReadAgo(1_000);
    assertThat(imported.rows() + imported.expiredRows()).isEqualTo(1);
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!ids("simple_clone").isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(100);
    }
    assertThat(ids("simple_clone")).isEmpty();
  }

  /** Imports the simple table as if it had been exported the given number of seconds ago. */
  private ImportResult loadAsReadAgo(int seconds) {
    String exported = export("simple", request -> request.withTtl());
    execute("TRUNCATE simple_clone");
    return load(
        operator,
        exported,
        "simple_clone",
        request ->
            request
                .columns("id", "a", "b", "l", "a_ttl", "b_ttl", "l_ttl")
                .ttlReadAt(Instant.now().minusSeconds(seconds)));
  }

  @Test
  void writeTimesAloneKeepDefaultTtl() {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a, l) VALUES (1, 1, [1]) USING TIMESTAMP 5 AND TTL 0");
    execute("INSERT INTO simple (id) VALUES (2) USING TTL 0");
    String exported = export("simple", request -> request.withWritetime());
    execute("TRUNCATE simple_clone");
    load(operator, exported, "simple_clone", request -> request);
    Row row = row("simple_clone", "a, WRITETIME(a), TTL(a), WRITETIME(l), TTL(l)", 1);
    assertThat(row.getLong(1)).isEqualTo(5);
    assertThat(row.getInt(2)).isBetween(DEFAULT_TTL - 60, DEFAULT_TTL);
    assertThat(row.getList(3, Long.class)).containsExactly(5L);
    assertThat(row.getList(4, Integer.class)).hasSize(1).doesNotContainNull();
    assertThat(ids("simple_clone")).containsExactly(1, 2);
  }

  @Test
  void restoresTimesOfSomeColumnsWithCustomNames() {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a, b, l) VALUES (1, 1, 2, [3]) USING TIMESTAMP 5 AND TTL 0");
    UnaryOperator<ExportRequest> names =
        request -> request.writetimeNames("wt %s").ttlNames("ttl %s").ttlReadAtName("then");
    String exported =
        export("simple", request -> names.apply(request).withWritetime("a").withTtl("b"));
    execute("TRUNCATE simple_clone");
    long before = micros();
    load(
        operator,
        exported,
        "simple_clone",
        request -> request.writetimeNames("wt %s").ttlNames("ttl %s").ttlReadAtName("then"));
    Row row =
        row(
            "simple_clone",
            "WRITETIME(a), TTL(a), WRITETIME(b), TTL(b), l, WRITETIME(l), TTL(l)",
            1);
    assertThat(row.getLong(0)).isEqualTo(5);
    assertThat(row.getInt(1)).isBetween(DEFAULT_TTL - 60, DEFAULT_TTL);
    assertThat(row.getLong(2)).isGreaterThanOrEqualTo(before);
    assertThat(row.isNull(3)).isTrue();
    assertThat(row.getList(4, Integer.class)).containsExactly(3);
    assertThat(Objects.requireNonNull(row.getList(5, Long.class)).get(0))
        .isGreaterThanOrEqualTo(before);
    assertThat(Objects.requireNonNull(row.getList(6, Integer.class)).get(0))
        .isBetween(DEFAULT_TTL - 60, DEFAULT_TTL);

    assertThatThrownBy(() -> load(operator, exported, "simple_clone", request -> request))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its column wt a is not in the table");
    execute("TRUNCATE simple_clone");
    load(operator, exported, "simple_clone", ImportRequest::ignoreCellTimes);
    assertThat(row("simple_clone", "a, WRITETIME(a)", 1).getInt(0)).isEqualTo(1);
    assertThat(row("simple_clone", "WRITETIME(a)", 1).getLong(0)).isGreaterThanOrEqualTo(before);
  }

  @Test
  void ignoresTimesOnRequest() {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a, l) VALUES (1, 1, [1, 2]) USING TIMESTAMP 5 AND TTL 1");
    execute("UPDATE simple USING TIMESTAMP 6 AND TTL 0 SET b = 2 WHERE id = 1");
    String exported = export("simple", request -> request.withWritetime().withTtl());
    for (UnaryOperator<ImportRequest> how :
        List.<UnaryOperator<ImportRequest>>of(
            ImportRequest::ignoreCellTimes, request -> request.columns("id", "b"))) {
      execute("TRUNCATE simple_clone");
      long before = micros();
      ImportResult imported = load(operator, exported, "simple_clone", how);
      assertThat(imported.rows()).isEqualTo(1);
      Row row = row("simple_clone", "b, WRITETIME(b), TTL(b)", 1);
      assertThat(row.getInt(0)).isEqualTo(2);
      assertThat(row.getLong(1)).isGreaterThanOrEqualTo(before);
      assertThat(row.getInt(2)).isBetween(DEFAULT_TTL - 60, DEFAULT_TTL);
    }
  }

  @Test
  void ttlsRequireReadTime() {
    execute("TRUNCATE simple");
    execute("INSERT INTO simple (id, a) VALUES (1, 1) USING TTL 1000");
    String exported = export("simple", request -> request.withTtl("a"));
    execute("TRUNCATE simple_clone");
    UnaryOperator<ImportRequest> withoutMoment = request -> request.columns("id", "a", "a_ttl");
    assertThatThrownBy(() -> load(operator, exported, "simple_clone", withoutMoment))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining(keyspace + ".simple_clone, row (\"id\" = 1)")
        .hasMessageContaining("does not say when it was read")
        .hasMessageContaining("ttlReadAt");
    Instant moment = Instant.now().minusSeconds(100);
    load(
        operator,
        exported,
        "simple_clone",
        request -> withoutMoment.apply(request).ttlReadAt(moment));
    assertThat(row("simple_clone", "TTL(a)", 1).getInt(0)).isBetween(840, 900);
  }

  private static boolean appends(Statement<?> statement) {
    if (statement instanceof BatchStatement batch) {
      List<BoundStatement> parts = new ArrayList<>();
      batch.forEach(part -> parts.add((BoundStatement) part));
      return parts.stream().anyMatch(RestoredTimesIT::appends);
    }
    if (statement instanceof SimpleStatement) {
      // The preflight query before the import.
      return false;
    }
    BoundStatement bound = (BoundStatement) statement;
    String cql = bound.getPreparedStatement().getQuery();
    for (String list : List.of("l", "k", "sl")) {
      if (cql.contains("\"" + list + "\" + ?") && !bound.isNull(list)) {
        return true;
      }
    }
    return false;
  }

  private void create(String table, String columns, String options) {
    TestCluster.define("CREATE TABLE " + keyspace + "." + table + " (" + columns + ") " + options);
  }

  /** Executes CQL with the keyspace inserted after the first INTO, UPDATE or TRUNCATE. */
  private void execute(String cql) {
    session.execute(cql.replaceFirst("(INTO|UPDATE|TRUNCATE) ", "$1 " + keyspace + "."));
  }

  private String export(String table, UnaryOperator<ExportRequest> how) {
    String name = keyspace + ".export" + ++exports;
    how.apply(operator.export(keyspace, table))
        .to(IcebergTarget.warehouse(warehouse).table(name))
        .execute();
    return name;
  }

  private ImportResult load(
      TokenAwareBulkOperator through,
      String exported,
      String table,
      UnaryOperator<ImportRequest> how) {
    return how.apply(through.importInto(keyspace, table))
        .from(IcebergSource.warehouse(warehouse).table(exported))
        .execute();
  }

  private Set<Integer> ids(String table) {
    Set<Integer> ids = new TreeSet<>();
    session
        .execute("SELECT id FROM " + keyspace + "." + table)
        .forEach(row -> ids.add(row.getInt(0)));
    return ids;
  }

  private Row row(String table, String columns, int id) {
    return Objects.requireNonNull(
        session
            .execute("SELECT " + columns + " FROM " + keyspace + "." + table + " WHERE id = " + id)
            .one());
  }

  private static long micros() {
    return Instant.now().toEpochMilli() * 1_000;
  }
}
