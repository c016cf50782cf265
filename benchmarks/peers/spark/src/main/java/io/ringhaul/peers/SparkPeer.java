package io.ringhaul.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What Spark with its Cassandra connector and Iceberg does, as its documentation says to do it: on
 * two cores, with the settings that they have of their own.
 *
 * <p>It repeats one work in one session and prints a line of JSON: the rows, and the seconds of
 * each time.
 */
public final class SparkPeer {

  private static final String CATALOG = "lake";

  /** What an export makes, and an import reads. */
  private static final String LAKE_TABLE = CATALOG + ".bench.exported";

  private final SparkSession spark;
  private final Map<String, String> table;

  private SparkPeer(SparkSession spark, Map<String, String> table) {
    this.spark = spark;
    this.table = table;
  }

  /**
   * Takes the work ({@code count}, {@code export-parquet}, {@code export-iceberg}, {@code
   * import-parquet} or {@code import-iceberg}), host, port, keyspace, table, the folder (of files,
   * or the warehouse) and how many times.
   */
  public static void main(String[] arguments) throws Exception {
    String work = arguments[0];
    String folder = arguments[5];
    int times = Integer.parseInt(arguments[6]);
    SparkSession spark =
        SparkSession.builder()
            .appName(work)
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.cassandra.connection.host", arguments[1])
            .config("spark.cassandra.connection.port", arguments[2])
            .config("spark.cassandra.input.consistency.level", "LOCAL_ONE")
            .config("spark.cassandra.output.consistency.level", "LOCAL_ONE")
            .config(
                "spark.sql.extensions",
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
            .config("spark.sql.catalog." + CATALOG, "org.apache.iceberg.spark.SparkCatalog")
            .config("spark.sql.catalog." + CATALOG + ".type", "hadoop")
            .config("spark.sql.catalog." + CATALOG + ".warehouse", folder)
            .getOrCreate();
    SparkPeer peer = new SparkPeer(spark, Map.of("keyspace", arguments[3], "table", arguments[4]));
    List<String> seconds = new ArrayList<>();
    long rows = -1;
    for (int time = 0; time < times; time++) {
      long started = System.nanoTime();
      rows = peer.run(work, folder);
      seconds.add(String.valueOf((System.nanoTime() - started) / 1e9));
    }
    System.out.println(
        "{\"rows\": " + rows + ", \"seconds\": [" + String.join(", ", seconds) + "]}");
    spark.stop();
  }

  /** The rows of a count; -1 for what does not tell them. */
  private long run(String work, String folder) throws Exception {
    switch (work) {
      case "count":
        return cassandra().count();
      case "export-parquet":
        cassandra().write().mode("overwrite").parquet(folder);
        return -1;
      case "export-iceberg":
        cassandra().writeTo(LAKE_TABLE).using("iceberg").createOrReplace();
        return -1;
      case "import-parquet":
        intoCassandra(spark.read().parquet(folder));
        return -1;
      case "import-iceberg":
        intoCassandra(spark.table(LAKE_TABLE));
        return -1;
      default:
        throw new IllegalArgumentException("There is no work " + work);
    }
  }

  private Dataset<Row> cassandra() {
    return spark.read().format("org.apache.spark.sql.cassandra").options(table).load();
  }

  private void intoCassandra(Dataset<Row> rows) {
    rows.write().format("org.apache.spark.sql.cassandra").options(table).mode("append").save();
  }
}
