package io.ringhaul.peers;

import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.OperationRequest;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.spark.RinghaulSpark;
import io.ringhaul.spark.SessionFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Does with Ringhaul on Spark what {@code SparkPeer} does with Spark's Cassandra connector: with
 * the same arguments, on two cores, with default settings.
 */
public final class RinghaulPeer {

  private static final String LAKE_TABLE = "bench.exported";

  private RinghaulPeer() {}

  /** The arguments of {@code SparkPeer}. */
  public static void main(String[] arguments) {
    String work = arguments[0];
    int times = Integer.parseInt(arguments[6]);
    SparkConf conf =
        new SparkConf()
            .setAppName(work)
            .setMaster("local[2]")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1");
    SessionFactory sessions =
        SessionFactory.of(
            Map.of(
                "basic.contact-points.0",
                arguments[1] + ":" + arguments[2],
                "basic.load-balancing-policy.local-datacenter",
                "dc1"));
    List<String> seconds = new ArrayList<>();
    long rows = -1;
    try (JavaSparkContext context = new JavaSparkContext(conf);
        RinghaulSpark spark = RinghaulSpark.over(context, sessions)) {
      for (int time = 0; time < times; time++) {
        long started = System.nanoTime();
        rows = run(spark, work, arguments[3], arguments[4], arguments[5], time);
        seconds.add(String.valueOf((System.nanoTime() - started) / 1e9));
      }
    }
    System.out.println(
        "{\"rows\": " + rows + ", \"seconds\": [" + String.join(", ", seconds) + "]}");
  }

  private static long run(
      RinghaulSpark spark, String work, String keyspace, String table, String folder, int time) {
    return switch (work) {
      case "count" ->
          spark.count(operator -> local(operator.count(keyspace, table))).execute().rows();
      case "export-parquet", "export-iceberg" ->
          spark
              .export(
                  operator ->
                      local(operator.export(keyspace, table)).to(target(work, folder, time)))
              .execute()
              .rows();
      case "import-parquet", "import-iceberg" ->
          spark
              .importInto(
                  operator ->
                      local(operator.importInto(keyspace, table)).from(source(work, folder)))
              .execute()
              .rows();
      default -> throw new IllegalArgumentException("There is no work " + work);
    };
  }

  private static <Q extends OperationRequest<Q, ?>> Q local(Q request) {
    return request.consistency(DefaultConsistencyLevel.LOCAL_ONE);
  }

  private static ExportTarget target(String work, String folder, int time) {
    return work.endsWith("parquet")
        ? ParquetTarget.folder(Path.of(folder, String.valueOf(time)))
        : IcebergTarget.warehouse(Path.of(folder)).table(LAKE_TABLE + (time == 0 ? "" : time));
  }

  private static ImportSource source(String work, String folder) {
    return work.endsWith("parquet")
        ? ParquetSource.at(Path.of(folder, "0"))
        : IcebergSource.warehouse(Path.of(folder)).table(LAKE_TABLE);
  }
}
