import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.spark.RinghaulSpark;
import io.ringhaul.spark.SessionFactory;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.TaskCompletionListener;

/** An application as users write it. Prints one line for each thing that it does. */
public final class RunOnSpark {

  private RunOnSpark() {}

  /** Arguments: contact point, data centre, keyspace, folder, and what to do. */
  public static void main(String[] arguments) {
    String keyspace = arguments[2];
    String folder = arguments[3];
    SessionFactory sessions =
        SessionFactory.of(
            Map.of(
                "basic.contact-points.0", arguments[0],
                "basic.load-balancing-policy.local-datacenter", arguments[1]));
    try (JavaSparkContext context = new JavaSparkContext();
        RinghaulSpark spark = RinghaulSpark.over(context, sessions);
        JobStore store = JobStore.file(Path.of(folder, "jobs.db"))) {
      for (int i = 4; i < arguments.length; i++) {
        String what = arguments[i];
        try {
          long rows =
              switch (what) {
                case "count" ->
                    spark
                        .count(operator -> operator.count(keyspace, "t").taskCount(12))
                        .execute()
                        .rows();
                case "broken", "left" ->
                    export(spark, keyspace, "iceberg", folder + "/" + what, 100)
                        .job(JobOptions.in(store))
                        .jobId(what)
                        .execute()
                        .rows();
                case "resumed" -> resume(spark, keyspace, folder, "broken", store);
                case "begun" -> resume(spark, keyspace, folder, "begun", store);
                case "incremental" ->
                    spark
                        .export(
                            operator ->
                                operator
                                    .export(keyspace, "t")
                                    .to(target("iceberg", folder + "/incremental"))
                                    .incremental()
                                    .overlap(java.time.Duration.ZERO)
                                    .taskCount(4))
                        .execute()
                        .rows();
                case "differs" ->
                    spark
                        .count(operator -> operator.count(keyspace, "t"))
                        .where("name = 'x'")
                        .allowFiltering()
                        .execute()
                        .rows();
                case "stream" ->
                    spark
                        .export(
                            operator ->
                                operator.export(keyspace, "t").to(CsvTarget.to(System.out)))
                        .execute()
                        .rows();
                case "import iceberg", "import parquet", "import csv" -> {
                  String format = what.substring("import ".length());
                  yield importInto(spark, keyspace, "of_" + format, format, folder, 1)
                      .execute()
                      .rows();
                }
                case "import half" ->
                    importInto(spark, keyspace, "half", "csv", folder, 100)
                        .job(JobOptions.in(store))
                        .jobId(what)
                        .execute()
                        .rows();
                case "import rest" ->
                    importInto(spark, keyspace, "half", "csv", folder, 0)
                        .job(JobOptions.in(store).resuming())
                        .jobId("import half")
                        .execute()
                        .rows();
                case "import rejects" -> {
                  ImportResult result =
                      spark
                          .importInto(
                              operator ->
                                  operator
                                      .importInto(keyspace, "strict")
                                      .from(CsvSource.at(Path.of(folder, "counts")))
                                      .mapping("id = id, amount = number")
                                      .onUnrepresentable(OnUnrepresentable.REJECT)
                                      .taskCount(12))
                          .job(JobOptions.in(store))
                          .jobId(what)
                          .execute();
                  yield result.rejectedRows();
                }
                case "import counters", "import counters broken" ->
                    importInto(
                            spark,
                            keyspace,
                            what.substring("import ".length()).replace(' ', '_'),
                            "counts",
                            folder,
                            what.endsWith("broken") ? 1 : 0)
                        .job(JobOptions.in(store).resuming())
                        .jobId(what)
                        .execute()
                        .rows();
                case "export rejects" ->
                    spark
                        .export(
                            operator ->
                                operator
                                    .export(keyspace, "empties")
                                    .to(target("iceberg", folder + "/empties"))
                                    .onUnrepresentable(OnUnrepresentable.REJECT)
                                    .rejectsTo(Path.of(folder, "empties.jsonl"))
                                    .taskCount(6))
                        .execute()
                        .rejectedRows();
                case "dry run" ->
                    importInto(spark, keyspace, "of_csv", "csv", folder, 0)
                        .dryRun()
                        .execute()
                        .rows();
                case "export large" ->
                    spark
                        .export(
                            operator ->
                                operator
                                    .export(keyspace, "large")
                                    .to(target("iceberg", folder + "/large")))
                        .execute()
                        .rows();
                case "import large" ->
                    spark
                        .importInto(
                            operator ->
                                operator
                                    .importInto(keyspace, "copy_of_large")
                                    .from(
                                        IcebergSource.warehouse(Path.of(folder, "large"))
                                            .table(keyspace + ".large")))
                        .execute()
                        .rows();
                case "straggler" -> spark.export(straggler(keyspace, folder)).execute().rows();
                case "unserializable" -> {
                  Thread thread = Thread.currentThread();
                  yield spark
                      .count(
                          operator -> {
                            thread.getName();
                            return operator.count(keyspace, "t");
                          })
                      .execute()
                      .rows();
                }
                default ->
                    what.startsWith("into ")
                        ? importSlowly(spark, keyspace, what.substring("into ".length()), folder)
                            .job(JobOptions.in(store).resuming())
                            .jobId(what)
                            .execute()
                            .rows()
                        : what.startsWith("slow")
                        ? spark
                            .export(
                                operator ->
                                    operator
                                        .export(keyspace, "t")
                                        .to(target("iceberg", folder + "/" + what))
                                        .taskCount(40)
                                        .maxRowsPerSecond(500))
                            .job(JobOptions.in(store).resuming())
                            .jobId(what)
                            .execute()
                            .rows()
                        : export(spark, keyspace, what, folder + "/" + what, 1).execute().rows();
              };
          System.out.println(what + ": " + rows);
        } catch (BulkOperationException e) {
          System.out.println(
              what + " failed: " + e.getMessage() + " [" + e.getClass().getSimpleName() + "]");
        }
      }
    }
  }

  private static long resume(
      RinghaulSpark spark, String keyspace, String folder, String job, JobStore store) {
    return export(spark, keyspace, "iceberg", folder + "/" + job, 0)
        .job(JobOptions.in(store).resuming())
        .jobId(job)
        .execute()
        .rows();
  }

  /** An export of which every third task fails in its first attempts. */
  private static ExportRequest export(
      RinghaulSpark spark, String keyspace, String format, String location, int failures) {
    return spark.export(
        operator -> {
          TaskContext task = TaskContext.get();
          if (task != null && task.partitionId() % 3 == 2 && task.attemptNumber() < failures) {
            throw new IllegalStateException("a failure on purpose");
          }
          return operator.export(keyspace, "t").to(target(format, location)).taskCount(12);
        });
  }

  /** An import of which every third task fails in its first attempts, after it has written rows. */
  private static ImportRequest importInto(
      RinghaulSpark spark,
      String keyspace,
      String table,
      String format,
      String folder,
      int failures) {
    return spark.importInto(
        operator -> {
          TaskContext task = TaskContext.get();
          if (task != null && task.partitionId() % 3 == 1 && task.attemptNumber() < failures) {
            task.addTaskCompletionListener(
                (TaskCompletionListener)
                    ended -> {
                      throw new IllegalStateException("a failure on purpose");
                    });
          }
          return operator
              .importInto(keyspace, table)
              .from(source(keyspace, format, folder))
              .taskCount(12);
        });
  }

  private static ImportRequest importSlowly(
      RinghaulSpark spark, String keyspace, String table, String folder) {
    return spark.importInto(
        operator ->
            operator
                .importInto(keyspace, table)
                .from(source(keyspace, "exported", folder))
                .maxRowsPerSecond(500));
  }

  private static ImportSource source(String keyspace, String format, String folder) {
    Path files = Path.of(folder, format);
    return switch (format) {
      case "csv", "counts" -> CsvSource.at(files);
      case "parquet" -> ParquetSource.at(files);
      default -> IcebergSource.warehouse(files).table(keyspace + ".t");
    };
  }

  /** An export of which the first attempt of one task waits for a long time. */
  private static RinghaulSpark.Request<ExportRequest> straggler(String keyspace, String folder) {
    return operator -> {
      TaskContext task = TaskContext.get();
      if (task != null && task.partitionId() == 1 && task.attemptNumber() == 0) {
        try {
          Thread.sleep(600_000);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return operator
          .export(keyspace, "t")
          .to(target("iceberg", folder + "/straggler"))
          .taskCount(12);
    };
  }

  private static ExportTarget target(String format, String location) {
    Path folder = Path.of(location);
    return switch (format) {
      case "csv" -> CsvTarget.folder(folder);
      case "parquet" -> ParquetTarget.folder(folder);
      case "partitioned" -> IcebergTarget.warehouse(folder).partitionBy("bucket(3, id)");
      default -> IcebergTarget.warehouse(folder);
    };
  }
}
