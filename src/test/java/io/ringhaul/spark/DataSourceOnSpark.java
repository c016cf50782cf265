package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.it.TypeTable;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.spark.DataFrameQueries.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Data frames of one application on Spark's own class path, with the jar for Spark. */
@ClusterTest
class DataSourceOnSpark {

  private static final String PROGRAM = "RunDataFrames";
  private static final String SPARK_35 = "org.apache.spark:spark-sql_2.12:3.5.7";
  private static final int PARTITIONS = 100;
  private static final int ROWS_OF_PARTITION = 10;

  @Nested
  class Spark35 extends DataFrames {
    Spark35() {
      super(SPARK_35);
    }
  }

  @Nested
  class Spark40 extends DataFrames {
    Spark40() {
      super("org.apache.spark:spark-sql_2.13:4.0.1");
    }
  }

  @Test
  void writesAndReadsExactlyWhileAnExecutorIsKilled(@TempDir Path folder) throws Exception {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
    int rows = 100_000;
    SparkApplication application = SparkApplication.compile(PROGRAM, SPARK_35, folder);
    Map<String, String> settings =
        Map.of(
            "spark.executor.memory", "512m",
            "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
            "spark.speculation", "true",
            "spark.speculation.interval", "200ms",
            "spark.speculation.quantile", "0.3");
    try (StandaloneSpark cluster = StandaloneSpark.start(application.spark(), folder);
        DataFrameQueries queries =
            new DataFrameQueries(application.start(cluster.master(), keyspace, settings))) {
      queries.start(
          "write",
          String.format(
              "SELECT CAST(id AS INT) AS id, concat('name ', id) AS name FROM range(0, %d, 1, 40)",
              rows),
          "append",
          "table=t");
      while (session.execute("SELECT id FROM " + keyspace + ".t LIMIT 1").one() == null) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      cluster.executors().get(0).destroyForcibly();

      assertThat(queries.answer().result()).isEqualTo("written");
      Set<Integer> ids = new HashSet<>();
      Set<Long> writeTimes = new HashSet<>();
      for (Row row : session.execute("SELECT id, name, writetime(name) FROM " + keyspace + ".t")) {
        assertThat(row.getString(1)).isEqualTo("name " + row.getInt(0));
        ids.add(row.getInt(0));
        writeTimes.add(row.getLong(2));
      }
      assertThat(ids).hasSize(rows);
      // An attempt that is repeated writes the same cells again.
      assertThat(writeTimes).hasSize(1);
      queries.ask("view", "t", "table=t", "spark.cassandra.input.split.sizeInMB=1");
      assertThat(
              queries
                  .ask(
                      "sql",
                      "SELECT count(name) AS n, sum(id) AS s, count(DISTINCT id) AS d FROM t")
                  .result())
          .isEqualTo(
              String.format("{\"n\":%d,\"s\":%d,\"d\":%1$d}", rows, (long) rows * (rows - 1) / 2));
    }
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class DataFrames {

    private final String spark;
    private final CqlSession session = TestCluster.session();
    private final String keyspace = TestCluster.newKeyspace(1);

    private DataFrameQueries queries;

    DataFrames(String spark) {
      this.spark = spark;
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.wide (k int, c int, d text, v bigint, PRIMARY KEY (k, c, d))",
              keyspace));
      for (int k = 0; k < PARTITIONS; k++) {
        for (int c = 0; c < ROWS_OF_PARTITION; c++) {
          session.execute(
              String.format(
                  "INSERT INTO %s.wide (k, c, d, v) VALUES (%d, %d, 'd%d', %d)",
                  keyspace, k, c, c % 3, 1_000L * k + c));
        }
      }
      queries =
          new DataFrameQueries(
              SparkApplication.compile(PROGRAM, spark, folder)
                  .start("local[2,2]", keyspace, Map.of()));
      ask("view", "wide", "table=wide");
    }

    @AfterAll
    void stop() throws Exception {
      queries.close();
    }

    private Answer ask(String... action) throws IOException, InterruptedException {
      return queries.ask(action);
    }

    private String result(String... action) throws Exception {
      return ask(action).result();
    }

    @Test
    void restoresEveryValueOfEveryTypeByteForByte() throws Exception {
      TypeTable types = new TypeTable(session, keyspace);
      types.create("every_type");
      types.fill("every_type");
      types.create("every_type_copy");
      assertThat(result("view", "every_type", "table=every_type")).startsWith("id INT NOT NULL");

      assertThat(result("write", "SELECT * FROM every_type", "append", "table=every_type_copy"))
          .isEqualTo("written");

      assertThat(rawRows("every_type_copy", types)).isEqualTo(rawRows("every_type", types));
    }

    private Map<Integer, List<Object>> rawRows(String table, TypeTable types) {
      Map<Integer, List<Object>> rows = new TreeMap<>();
      for (Row row :
          session.execute(
              String.format(
                  "SELECT id, %s FROM %s.%s",
                  String.join(", ", types.columns()), keyspace, table))) {
        List<Object> values = new ArrayList<>();
        for (int i = 1; i < row.size(); i++) {
          values.add(row.getBytesUnsafe(i));
        }
        rows.put(row.getInt(0), values);
      }
      return rows;
    }

    @Test
    void showsTypesOfColumns() throws Exception {
      TestCluster.define("CREATE TYPE " + keyspace + ".place (street text, zip int)");
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.types (k uuid PRIMARY KEY, a tinyint, b smallint, c bigint, d date,"
                  + " e time, f timestamp, g decimal, h varint, i duration, j inet,"
                  + " l list<int>, m map<text, frozen<set<blob>>>, n tuple<float, double>,"
                  + " o frozen<place>, p boolean)",
              keyspace));

      // Versions of Spark differ in what they show within structs.
      assertThat(result("view", "types", "table=types").replaceAll("(: \\w+) NOT NULL", "$1"))
          .isEqualTo(
              "k STRING NOT NULL,a TINYINT,b SMALLINT,c BIGINT,d DATE,e BIGINT,f TIMESTAMP,g"
                  + " STRING,h STRING,i STRUCT<months: INT, days: INT, nanoseconds: BIGINT>,j"
                  + " STRING,l ARRAY<INT>,m MAP<STRING, ARRAY<BINARY>>,n STRUCT<f0: FLOAT, f1:"
                  + " DOUBLE>,o STRUCT<street: STRING, zip: INT>,p BOOLEAN");
      assertThat(result("view", "numbers", "table=types", "types=analytics"))
          .contains("g DECIMAL(38,18),h DECIMAL(38,0)");
      assertThat(result("view", "numbers", "table=types", "decimals=12,2"))
          .contains("g DECIMAL(12,2),h DECIMAL(12,0)");
    }

    @Test
    void readsOnlyWhatFiltersSelect() throws Exception {
      long all = (long) PARTITIONS * ROWS_OF_PARTITION;
      assertThat(ask("sql", "SELECT max(v) AS v FROM wide"))
          .isEqualTo(new Answer(all, "{\"v\":" + (1_000L * (PARTITIONS - 1) + 9) + "}"));

      long before = scans();
      assertThat(ask("sql", "SELECT sum(v) AS v FROM wide WHERE k = 7"))
          .isEqualTo(new Answer(10, "{\"v\":70045}"));
      assertThat(scans() - before).isEqualTo(1);

      before = scans();
      assertThat(ask("sql", "SELECT c FROM wide WHERE k IN (7, 8, 9000) AND c >= 8"))
          .isEqualTo(new Answer(4, "{\"c\":8} {\"c\":8} {\"c\":9} {\"c\":9}"));
      assertThat(scans() - before).isEqualTo(3);

      assertThat(ask("sql", "SELECT sum(v) AS v FROM wide WHERE c = 3 AND d >= 'd0'").rowsRead())
          .isEqualTo(PARTITIONS);
      assertThat(ask("sql", "SELECT sum(v) AS v FROM wide WHERE c > 3 AND c <= 5").rowsRead())
          .isEqualTo(2 * PARTITIONS);
      assertThat(ask("sql", "SELECT sum(v) AS v FROM wide WHERE v = 7003"))
          .isEqualTo(new Answer(all, "{\"v\":7003}"));
      assertThat(ask("sql", "SELECT sum(v) AS v FROM wide LIMIT 3").result()).startsWith("{");
      assertThat(ask("sql", "SELECT v FROM wide LIMIT 3").rowsRead()).isLessThan(all / 2);
    }

    @Test
    void countsOnTheServer() throws Exception {
      Answer all = ask("sql", "SELECT count(*) AS n FROM wide");
      assertThat(all.result()).isEqualTo("{\"n\":" + PARTITIONS * ROWS_OF_PARTITION + "}");
      // One row for each partition of the data frame.
      assertThat(all.rowsRead()).isBetween(1L, 20L);
      Answer some = ask("sql", "SELECT count(*) AS n FROM wide WHERE c < 2");
      assertThat(some.result()).isEqualTo("{\"n\":" + PARTITIONS * 2 + "}");
      assertThat(some.rowsRead()).isBetween(1L, 20L);
    }

    @Test
    void filtersAsSparkDoes() throws Exception {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.mixed (a text, b int, c timestamp, d uuid, e text, s text static,"
                  + " PRIMARY KEY ((a, b), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)",
              keyspace));
      TestCluster.define(String.format("CREATE INDEX ON %s.mixed (e)", keyspace));
      Random random = new Random(Seeds.next());
      for (int i = 0; i < 200; i++) {
        session.execute(
            String.format(
                "INSERT INTO %s.mixed (a, b, c, d, e, s) VALUES ('a%d', %d, %d, %s, 'e%d', 's')",
                keyspace,
                random.nextInt(4),
                random.nextInt(3),
                1_000L * random.nextInt(5) - 2_000,
                uuid(random),
                random.nextInt(4)));
      }
      session.execute(
          String.format("INSERT INTO %s.mixed (a, b, s) VALUES ('a9', 9, 'only')", keyspace));
      ask("view", "pushed", "table=mixed");
      ask("view", "plain", "table=mixed", "pushdown=false");
      for (int i = 0; i < 10; i++) {
        List<String> filters = new ArrayList<>();
        for (int j = 0; j <= random.nextInt(4); j++) {
          filters.add(filter(random));
        }
        String query = "SELECT a, b, c, d, e, s FROM %s WHERE " + String.join(" AND ", filters);
        assertThat(result("sql", String.format(query, "pushed")))
            .as(query)
            .isEqualTo(result("sql", String.format(query, "plain")));
        String count = "SELECT count(*) AS n FROM %s WHERE " + String.join(" AND ", filters);
        assertThat(result("sql", String.format(count, "pushed")))
            .as(count)
            .isEqualTo(result("sql", String.format(count, "plain")));
      }
    }

    private static String uuid(Random random) {
      return "00000000-0000-4000-8000-00000000000" + Integer.toHexString(random.nextInt(16));
    }

    private static String filter(Random random) {
      String operator = List.of("=", "<", "<=", ">", ">=", "<=>", "!=").get(random.nextInt(7));
      return switch (random.nextInt(8)) {
        case 0 -> "a = 'a" + random.nextInt(5) + "'";
        case 1 -> "b IN (" + random.nextInt(4) + ", " + random.nextInt(4) + ", NULL)";
        case 2 -> "b " + operator + " " + random.nextInt(4);
        case 3 ->
            String.format(
                "c %s TIMESTAMP '1970-01-01 00:00:0%d.%d'",
                operator, random.nextInt(4), 500 * random.nextInt(2));
        case 4 -> String.format("d %s '%s'", operator, uuid(random));
        case 5 -> "e " + operator + " 'e" + random.nextInt(5) + "'";
        case 6 -> "(s IS NULL OR c IS NULL)";
        default -> "a IN ('a1', 'a2', 'a9')";
      };
    }

    @Test
    void joinReadsOnlyKeysOfTheOtherSide() throws Exception {
      TestCluster.define(
          "CREATE TABLE " + keyspace + ".chosen (id int PRIMARY KEY, k int, kind int)");
      for (int id = 0; id < 20; id++) {
        session.execute(
            String.format(
                "INSERT INTO %s.chosen (id, k, kind) VALUES (%d, %2$d, %d)", keyspace, id, id % 7));
      }
      ask("view", "chosen", "table=chosen");
      long before = scans();
      Answer joined =
          ask(
              "sql",
              "SELECT /*+ BROADCAST(chosen) */ count(v) AS n, sum(v) AS v"
                  + " FROM wide JOIN chosen ON wide.k = chosen.k WHERE chosen.kind = 3");
      // The keys 3, 10 and 17.
      assertThat(joined).isEqualTo(new Answer(20 + 30, "{\"n\":30,\"v\":300135}"));
      assertThat(scans() - before).isEqualTo(3);
    }

    @Test
    void namesWhatIsWrong() throws Exception {
      assertThat(result("view", "x"))
          .isEqualTo(
              "failed: The data source ringhaul needs the option table, such as"
                  + " option(\"table\", \"orders\")");
      assertThat(result("view", "x", "table=wide", "keyspce=store"))
          .isEqualTo(
              "failed: The data source ringhaul has no option keyspce; did you mean keyspace?");
      assertThat(result("view", "x", "table=wide", "spark.cassandra.input.split.size=1"))
          .contains("did you mean spark.cassandra.input.split.sizeInMB?");
      assertThat(result("view", "x", "table=wyde"))
          .startsWith("failed: ")
          .contains("wyde")
          .contains("wide");
      assertThat(
              result(
                  "view",
                  "x",
                  "table=wide",
                  "spark.cassandra.connection.host=127.0.0.1:1",
                  "driver.advanced.reconnect-on-init=false"))
          .startsWith("failed: Spark's driver on ")
          .contains(" has no connection to the cluster. No node could be reached at ");
      assertThat(result("view", "x", "table=wide", "spark.cassandra.output.consistency.level=most"))
          .startsWith(
              "failed: Option spark.cassandra.output.consistency.level is most; it takes one of"
                  + " any, one, ");
      assertThat(result("view", "x", "table=wide", "decimals=40,2"))
          .isEqualTo(
              "failed: Option decimals is 40,2; it takes the precision and the scale of all"
                  + " decimals, such as 38,18");
      assertThat(result("write", "SELECT 1 AS c, 'd' AS d", "append", "table=wide"))
          .isEqualTo(
              "failed: The data frame lacks k of the primary key of table "
                  + keyspace
                  + ".wide: add the columns, which each row needs");
      assertThat(result("write", "SELECT 1 AS k, 2 AS c, 'd' AS d, 3 AS w", "append", "table=wide"))
          .startsWith("failed: The data frame has a column w, and table");
      assertThat(result("write", "SELECT 'x' AS k, 2 AS c, 'd' AS d", "append", "table=wide"))
          .startsWith("failed: Column k of type int cannot take values of Spark's type string: ");
      assertThat(result("write", "SELECT 1 AS k, 2 AS c, 'd' AS d", "overwrite", "table=wide"))
          .startsWith("failed: The mode overwrite deletes all rows of ");
    }

    @Test
    void namesRowOfValueThatDoesNotFit() throws Exception {
      TestCluster.define(
          "CREATE TABLE " + keyspace + ".moments (id int PRIMARY KEY, moment timestamp, n int)");
      session.execute(
          String.format(
              "INSERT INTO %s.moments (id, moment) VALUES (5, 9223372036854775807)", keyspace));
      ask("view", "moments", "table=moments");
      assertThat(result("sql", "SELECT * FROM moments"))
          .startsWith("failed: ")
          .contains("row (\"id\" = 5)")
          .contains("moment is a timestamp of 9223372036854775807 ms");

      String fine = "SELECT 6 AS id, TIMESTAMP '2025-06-30 00:00:00.123456' AS moment";
      assertThat(result("write", fine, "append", "table=moments"))
          .contains("row (\"id\" = 6)")
          .contains("cut off the rest with option truncateTimestamps");
      assertThat(result("write", fine, "append", "table=moments", "truncateTimestamps=true"))
          .isEqualTo("written");
      assertThat(
              session
                  .execute("SELECT moment FROM " + keyspace + ".moments WHERE id = 6")
                  .one()
                  .getInstant(0))
          .isEqualTo("2025-06-30T00:00:00.123Z");
      assertThat(
              result("write", "SELECT CAST(NULL AS INT) AS id, 1 AS n", "append", "table=moments"))
          .contains("has no value for \"id\", which its primary key needs");
      assertThat(
              result(
                  "write",
                  "SELECT IF(id < 3, NULL, 100 + id) AS id, 1 AS n FROM range(10)",
                  "append",
                  "table=moments",
                  "maxErrors=2"))
          .startsWith("failed: ");
      assertThat(
              result(
                  "write",
                  "SELECT IF(id < 3, NULL, 200 + id) AS id, 1 AS n FROM range(10)",
                  "append",
                  "table=moments",
                  "maxErrors=3",
                  "rejectsTo=rejects"))
          .isEqualTo("written");
      List<String> rejects = new ArrayList<>();
      for (Path file : files("rejects")) {
        rejects.addAll(Files.readAllLines(file));
      }
      assertThat(rejects)
          .hasSize(3)
          .allSatisfy(
              line ->
                  assertThat(line)
                      .contains(
                          "\"column\":\"id\"",
                          "\"key\":\"(\\\"id\\\" = NULL)\"",
                          "has no value for"));
    }

    @Test
    void writesColumnsTimesAndNulls() throws Exception {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.written (id int PRIMARY KEY, \"Name\" text, tags list<text>, n int)",
              keyspace));
      session.execute(
          String.format("INSERT INTO %s.written (id, \"Name\", n) VALUES (1, 'old', 7)", keyspace));
      assertThat(
              result(
                  "write",
                  "SELECT 1 AS ID, CAST(NULL AS STRING) AS name, 8 AS n",
                  "append",
                  "table=written"))
          .isEqualTo("written");
      assertThat(written(1)).isEqualTo("old 8");
      assertThat(
              result(
                  "write",
                  "SELECT 1 AS id, CAST(NULL AS STRING) AS Name, 9 AS n",
                  "append",
                  "table=written",
                  "spark.cassandra.output.ignoreNulls=false"))
          .isEqualTo("written");
      assertThat(written(1)).isEqualTo("null 9");
      assertThat(
              result(
                  "write",
                  "SELECT 2 AS id, 'x' AS Name, 1 AS n, 500 AS secs, 1234567 AS micros",
                  "append",
                  "table=written",
                  "ttl=secs",
                  "timestamp=micros"))
          .isEqualTo("written");
      Row times =
          session
              .execute("SELECT ttl(n), writetime(n) FROM " + keyspace + ".written WHERE id = 2")
              .one();
      assertThat(times.getInt(0)).isBetween(400, 500);
      assertThat(times.getLong(1)).isEqualTo(1_234_567);
      assertThat(
              result(
                  "write",
                  "SELECT 3 AS id, array('a', 'b') AS tags, 3 AS n",
                  "append",
                  "table=written"))
          .isEqualTo("written");
      assertThat(
              result(
                  "write",
                  "SELECT 3 AS id, array('a') AS tags",
                  "append",
                  "table=written",
                  "timestamp=7"))
          .contains("is a list that is not frozen");
      assertThat(
              result(
                  "write",
                  "SELECT 4 AS id, 4 AS n",
                  "overwrite",
                  "table=written",
                  "confirm.truncate=true"))
          .isEqualTo("written");
      assertThat(session.execute("SELECT count(*) FROM " + keyspace + ".written").one().getLong(0))
          .isEqualTo(1);
      // Spark only logs that it cannot show the figures of a write.
      assertThat(Files.readString(queries.application.err()))
          .doesNotContain("Unable to load custom metric");
    }

    /** The files of a folder of the application, without the checksums of Hadoop. */
    private List<Path> files(String folder) throws IOException {
      try (Stream<Path> files = Files.list(queries.application.out().resolveSibling(folder))) {
        return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
      }
    }

    private String written(int id) {
      Row row =
          session
              .execute("SELECT \"Name\", n FROM " + keyspace + ".written WHERE id = " + id)
              .one();
      return row.getString(0) + " " + row.getInt(1);
    }

    @Test
    void addsToCountersOnlyIfAsked() throws Exception {
      TestCluster.define(
          "CREATE TABLE " + keyspace + ".counters (id int PRIMARY KEY, hits counter)");
      String rows = "SELECT CAST(id % 5 AS INT) AS id, 2L AS hits FROM range(50)";
      assertThat(result("write", rows, "append", "table=counters"))
          .contains("has counters, and a write can only add to them");
      assertThat(result("write", rows, "append", "table=counters", "addToCounters=true"))
          .isEqualTo("written");
      for (Row row : session.execute("SELECT hits FROM " + keyspace + ".counters")) {
        assertThat(row.getLong(0)).isEqualTo(20);
      }
    }

    @Test
    void keepsSecretsOutOfPlans() throws Exception {
      ask(
          "view",
          "secret",
          "table=wide",
          "spark.cassandra.auth.username=someone",
          "spark.cassandra.auth.password=hunter2");
      String plan = result("explain", "SELECT v FROM secret WHERE k = 7 AND c > 3");
      assertThat(plan).contains("wide").doesNotContain("hunter2", "failed: ");
    }

    /** The range queries for the table that the server has coordinated. */
    private long scans() {
      return Objects.requireNonNull(
              session
                  .execute(
                      "SELECT count FROM system_views.coordinator_scan_latency"
                          + " WHERE keyspace_name = ? AND table_name = ?",
                      keyspace,
                      "wide")
                  .one())
          .getLong(0);
    }
  }
}
