package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.DeleteRequest;
import io.ringhaul.DeleteResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A deletion removes exactly the rows of the keys. {@code -Dringhaul.it.delete=...} sets the number
 * of generated tables.
 */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class DeleteIT {

  private static final int TABLES = Integer.getInteger("ringhaul.it.delete", 8);
  private static final int PARTITIONS = 100;
  private static final int ROWS = 10;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".t (p int, c int, d int, s text static, v text, PRIMARY KEY (p, c, d))",
            "CREATE TABLE " + keyspace + ".hits (id int PRIMARY KEY, n counter)"));
  }

  @BeforeEach
  void fill() {
    session.execute("TRUNCATE " + keyspace + ".t");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (p, c, d, s, v) VALUES (?, ?, ?, ?, ?)",
        PARTITIONS * ROWS,
        i -> new Object[] {i / ROWS, i % ROWS, 0, "static", i % 3 == 0 ? "old" : "new"});
  }

  @AfterAll
  void close() {
    operator.close();
  }

  static Stream<Arguments> tables() {
    List<Format> formats = List.of(Format.values());
    return LongStream.range(0, TABLES)
        .mapToObj(i -> Arguments.of(Seeds.next(), formats.get((int) (i % formats.size()))));
  }

  @ParameterizedTest(name = "seed {0}, keys in {1}")
  @MethodSource("tables")
  void deletesExactlyTheRowsOfAFile(long seed, Format format) {
    String own = TestCluster.newKeyspace(1);
    RandomTable random =
        new RandomTable(own, "source", new Random(seed), format.nans(), TestCluster.hasVectors());
    TableDescription table = random.description();
    TableSchema schema = TableSchema.of(table, table.columns());
    List<String> ddl = new ArrayList<>(schema.createTypes(own));
    for (String name : List.of("source", "all", "picked")) {
      ddl.add(schema.createTable(own, name));
    }
    TestCluster.define(ddl);
    RandomTablesIT.insert(session, random);
    Path file = folder.resolve(own);
    operator.export(own, "source").to(format.target(file)).maxRows(10).execute();
    ImportSource keys = format.source(file);
    operator.importInto(own, "picked").from(keys).execute();
    ImportSource all = TableSource.of(session, own, "all").ignoreCellTimes();
    operator
        .importInto(own, "all")
        .from(TableSource.of(session, own, "source").ignoreCellTimes())
        .execute();

    DeleteResult dry = operator.deleteFrom(own, "source").keys(keys).execute();
    assertThat(dry.keys()).isEqualTo(10);
    assertThat(dry.isApplied()).isFalse();
    assertThat(operator.verify(own, "source").against(all).execute().isEqual()).isTrue();

    DeleteResult deleted = operator.deleteFrom(own, "source").keys(keys).apply().execute();
    assertThat(deleted.rows()).as("seed %d", seed).isEqualTo(deleted.keys()).isEqualTo(10);
    assertThat(deleted.isApplied()).isTrue();
    List<String> picked =
        operator
            .verify(own, "picked")
            .against(all)
            .maxDifferences(1_000_000)
            .execute()
            .differences()
            .stream()
            .filter(difference -> difference.kind() == Kind.MISSING)
            .map(Difference::key)
            .toList();
    VerifyResult left = operator.verify(own, "source").against(all).execute();
    assertThat(left.missing()).as("seed %d", seed).isEqualTo(10);
    assertThat(left.different()).as("seed %d", seed).isZero();
    assertThat(left.differences())
        .as("seed %d", seed)
        .filteredOn(difference -> difference.kind() == Kind.MISSING)
        .extracting(Difference::key)
        .doesNotContainAnyElementsOf(picked);
  }

  @Test
  void deletesRowsThatSatisfyAConditionUnlessTheyAreNewer() {
    session.execute(
        "UPDATE "
            + keyspace
            + ".t USING TIMESTAMP "
            + micros(Instant.now().plusSeconds(3_600))
            + " SET v = 'old' WHERE p = 0 AND c = 0 AND d = 0");
    DeleteResult result = delete().keys(old()).apply().execute();
    assertThat(result.keys()).isEqualTo(result.rows()).isEqualTo(334);
    assertThat(result.location()).isEqualTo(keyspace + ".t");
    assertThat(left("v = 'old' ALLOW FILTERING")).hasSize(1);
    assertThat(left("v = 'new' ALLOW FILTERING")).hasSize(666);
  }

  @Test
  void deletesOnlyWhatWasWrittenBeforeAMoment() {
    DeleteResult result =
        delete().keys(old()).writtenBefore(Instant.now().minusSeconds(3_600)).apply().execute();
    assertThat(result.rows()).isEqualTo(334);
    assertThat(left("v = 'old' ALLOW FILTERING")).hasSize(334);
  }

  @Test
  void deletesPartitionsAndPartsOfThemByTheBeginningOfTheKey() throws IOException {
    Path partitions = Files.writeString(folder.resolve("p.csv"), "p,other\n1,x\n2,y\n");
    assertThat(delete().keys(CsvSource.at(partitions)).columns("p").apply().execute().rows())
        .isEqualTo(2);
    assertThat(left("p IN (1, 2)")).isEmpty();
    Path parts = Files.writeString(folder.resolve("pc.csv"), "c,p\n5,3\n6,3\n");
    assertThat(delete().keys(CsvSource.at(parts)).columns("p", "c").apply().execute().rows())
        .isEqualTo(2);
    assertThat(left("p = 3")).hasSize(8);
    assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(1_000 - 20 - 2);
  }

  @Test
  void deletesStaticColumnsOfAPartitionWithoutRows() {
    TableSource all = TableSource.of(session, keyspace, "t");
    assertThat(delete().keys(all).apply().execute().rows()).isEqualTo(1_000);
    assertThat(left("p = 7")).hasSize(1).first().matches(row -> row.isNull("c"));
    assertThat(delete().keys(all).apply().execute().rows()).isEqualTo(100);
    assertThat(left("p = 7")).isEmpty();
  }

  @Test
  void keepsAJobThatDoesNotDeleteTwice() {
    try (JobStore store = JobStore.inMemory()) {
      UUID id = UUID.randomUUID();
      JobOptions options = JobOptions.in(store).named("old orders");
      DeleteResult first = delete().keys(old()).job(options).jobId(id).apply().execute();
      assertThat(store.find(id))
          .hasValueSatisfying(
              job -> {
                assertThat(job.kind()).isEqualTo(JobKind.DELETE);
                assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
                assertThat(job.figures().rows()).isEqualTo(334);
              });
      DeleteResult again = delete().keys(old()).job(options.resuming()).jobId(id).apply().execute();
      assertThat(again.keys()).isEqualTo(first.keys());
      assertThat(again.totals().earlierRows()).isEqualTo(334);
    }
  }

  @Test
  void rejectsRecordsWithoutAWholeKey() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.csv"), "p,c,d\n1,1,0\n2,,0\nx,1,0\n3,,\n");
    Path rejects = folder.resolve("rejects.jsonl");
    DeleteResult result =
        delete()
            .keys(CsvSource.at(file))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(rejects)
            .apply()
            .execute();
    assertThat(result.rows()).isEqualTo(result.keys()).isEqualTo(1);
    assertThat(result.rejectedRows()).isEqualTo(3);
    assertThat(Files.readAllLines(rejects)).hasSize(3);
    assertThat(left("p = 3")).hasSize(ROWS).allMatch(row -> !row.isNull("s"));
  }

  @Test
  void refusesWhatItCannotDelete() throws IOException {
    assertThatThrownBy(() -> delete().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("call keys(...)");
    assertThatThrownBy(() -> delete().writtenBefore(Instant.now().plusSeconds(60)))
        .hasMessageContaining("which is in the future");
    Path file = Files.writeString(folder.resolve("pd.csv"), "p,d\n1,0\n");
    assertThatThrownBy(() -> delete().keys(CsvSource.at(file)).execute())
        .hasMessageContaining("it has no column c");
    assertThatThrownBy(() -> delete().keys(CsvSource.at(file)).columns("d").execute())
        .hasMessageContaining("The deletion from " + keyspace + ".t lacks \"p\"");
    assertThatThrownBy(() -> delete().keys(CsvSource.at(file)).columns("p", "d").execute())
        .hasMessageContaining("lacks \"c\" of its primary key");
    assertThatThrownBy(() -> delete().keys(CsvSource.at(file)).columns("p", "v").execute())
        .hasMessageContaining("\"v\" is not");
    Path id = Files.writeString(folder.resolve("id.csv"), "id\n1\n");
    assertThatThrownBy(() -> operator.deleteFrom(keyspace, "hits").keys(CsvSource.at(id)).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("holds counters");
  }

  private DeleteRequest delete() {
    return operator.deleteFrom(keyspace, "t");
  }

  private TableSource old() {
    return TableSource.of(session, keyspace, "t").where("v = 'old'").allowFiltering();
  }

  private List<Row> left(String condition) {
    return session.execute("SELECT * FROM " + keyspace + ".t WHERE " + condition).all();
  }

  private static long micros(Instant moment) {
    return moment.getEpochSecond() * 1_000_000;
  }
}
