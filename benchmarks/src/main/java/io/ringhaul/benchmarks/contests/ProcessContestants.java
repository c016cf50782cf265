package io.ringhaul.benchmarks.contests;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.measure.Contender;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.DsbulkProcess;
import io.ringhaul.benchmarks.process.MeasuredProcess;
import io.ringhaul.benchmarks.process.RepeatedRun;
import io.ringhaul.benchmarks.process.RinghaulProcess;
import io.ringhaul.benchmarks.process.SparkProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The programs of process contests and their data.
 *
 * @param session prepares and checks data
 * @param folder the output folder of all programs
 * @param rows the number of rows in the table of orders
 */
public record ProcessContestants(
    CqlSession session,
    Path folder,
    long rows,
    RinghaulProcess ringhaul,
    DsbulkProcess dsbulk,
    SparkProcess spark) {

  /** The table that is counted and exported. */
  static final String ORDERS = Dataset.ORDERS.table();

  /** A table of the same shape that imports fill. */
  public static final String COPY = "orders_copy";

  /** A table of the same shape with ten rows. */
  public static final String TEN = "ten";

  /** Ringhaul's default on one node. */
  private static final int IN_FLIGHT = 8;

  /** Deletes a folder, so that an export can create it. */
  Path removed(String name) throws IOException {
    Path removed = folder.resolve(name);
    Folders.delete(removed);
    return removed;
  }

  /** Fails unless the files hold all rows the given number of times. */
  void requireFiles(String what, Path files, int times) throws IOException {
    RinghaulProcess.requireRows(what, rows * times, RowsInFiles.in(files));
  }

  /**
   * Runs the plain driver in a process: see {@link ScanProcess}.
   *
   * @param tasks Ringhaul's number of tasks
   */
  Measurement scan(String columns, int tasks, int pageSize)
      throws IOException, InterruptedException {
    MeasuredProcess.Outcome outcome =
        ringhaul.program(
            ScanProcess.class,
            ORDERS,
            columns,
            String.valueOf(tasks),
            String.valueOf(IN_FLIGHT),
            String.valueOf(pageSize));
    RinghaulProcess.requireRows("scan of " + columns, rows, Long.parseLong(outcome.lastLine()));
    return outcome.handling(rows);
  }

  /** Exports with Ringhaul's command line to a new folder. */
  RinghaulProcess.Run export(String format, String folderName, String... arguments)
      throws IOException, InterruptedException {
    Path files = removed(folderName);
    RinghaulProcess.Run run =
        ringhaul.runForTasks(
            "export",
            ORDERS,
            rows,
            Stream.concat(Stream.of("--format=" + format, "--path=" + files), Stream.of(arguments))
                .toArray(String[]::new));
    requireFiles("export to " + format, files, 1);
    return run;
  }

  /** Exports like the other method and keeps the files in a folder named after the format. */
  Measurement export(String format) throws IOException, InterruptedException {
    return export(format, "ringhaul-" + format).measured();
  }

  /** Exports with Spark to a new folder named after the format, repeatedly in one session. */
  RepeatedRun exportBySpark(String format, int times) throws IOException, InterruptedException {
    Path files = removed("spark-" + format);
    RepeatedRun run = spark.run("export-" + format, ORDERS, files, times);
    // Each repetition replaces Parquet files, but an Iceberg table keeps the old ones.
    requireFiles("Spark's export to " + format, files, format.equals("iceberg") ? times : 1);
    return run;
  }

  /**
   * Wraps a contender that fills the copy, which is emptied before and counted after the
   * measurement.
   */
  Contender intoCopy(Contender contender) {
    return () -> {
      session.execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + COPY);
      Measurement measured = contender.run();
      RinghaulProcess.requireRows("import", rows, RowsInTable.in(session, COPY));
      return measured;
    };
  }
}
