import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Runs queries over data frames. Each line of the standard input is an action, whose parts have
 * tabs between them, and is answered by one line: the number of rows that Spark read, and the
 * result.
 *
 * <ul>
 *   <li>{@code view NAME [OPTION=VALUE]...} makes a view of a table, and returns its schema.
 *   <li>{@code sql QUERY} returns the rows as JSON.
 *   <li>{@code explain QUERY} returns the plan.
 *   <li>{@code write QUERY MODE [OPTION=VALUE]...} writes the result of a query to a table.
 * </ul>
 */
public final class RunDataFrames {

  /** Another data source than Ringhaul's can be named, to compare it. */
  private static final String FORMAT = System.getProperty("frames.format", "ringhaul");

  private RunDataFrames() {}

  /** Arguments: contact point, data centre, keyspace, folder. */
  public static void main(String[] arguments) throws IOException {
    SparkSession spark =
        SparkSession.builder()
            .config("spark.cassandra.connection.host", arguments[0])
            .config("spark.datasource.ringhaul.keyspace", arguments[2])
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    AtomicLong read = new AtomicLong();
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskEnd(SparkListenerTaskEnd end) {
                read.addAndGet(end.taskMetrics().inputMetrics().recordsRead());
              }
            });
    BufferedReader actions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = actions.readLine(); line != null; line = actions.readLine()) {
      read.set(0);
      String result;
      try {
        result = run(spark, line.split("\t", -1));
      } catch (Exception e) {
        result = "failed: " + reason(e);
      }
      try {
        spark.sparkContext().listenerBus().waitUntilEmpty(30_000);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      System.out.println(read.get() + "\t" + result.replace("\n", "\\n"));
    }
    spark.stop();
  }

  private static String run(SparkSession spark, String[] parts) {
    switch (parts[0]) {
      case "view" -> {
        DataFrameReader reader = spark.read().format(FORMAT);
        for (int i = 2; i < parts.length; i++) {
          reader.option(name(parts[i]), value(parts[i]));
        }
        Dataset<Row> table = reader.load();
        table.createOrReplaceTempView(parts[1]);
        return table.schema().toDDL();
      }
      case "sql" -> {
        List<String> rows = new ArrayList<>(spark.sql(parts[1]).toJSON().collectAsList());
        rows.sort(null);
        return String.join(" ", rows);
      }
      case "explain" -> {
        return spark.sql(parts[1]).queryExecution().toString();
      }
      case "write" -> {
        DataFrameWriter<Row> writer = spark.sql(parts[1]).write().format(FORMAT).mode(parts[2]);
        for (int i = 3; i < parts.length; i++) {
          writer.option(name(parts[i]), value(parts[i]));
        }
        writer.save();
        return "written";
      }
      default -> throw new IllegalArgumentException(parts[0]);
    }
  }

  private static String name(String option) {
    return option.substring(0, option.indexOf('='));
  }

  private static String value(String option) {
    return option.substring(option.indexOf('=') + 1);
  }

  /** The message of the failure that Ringhaul has thrown, or else of the first one. */
  private static String reason(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each.getClass().getName().startsWith("io.ringhaul.exceptions.")) {
        return each.getMessage();
      }
    }
    return failure.toString();
  }
}
