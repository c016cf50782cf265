package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The programs that take part in contests of whole processes, and what they work on.
 *
 * @param session for what is prepared and checked
 * @param folder where all of them write; made anew by each benchmark
 * @param rows of the table of orders
 */
record ProcessContestants(
    CqlSession session,
    Path folder,
    long rows,
    RinghaulProcess ringhaul,
    DsbulkProcess dsbulk,
    SparkProcess spark) {

  /** The table that is counted and exported. */
  static final String ORDERS = "orders";

  /** A table of the same shape, which imports fill. */
  static final String COPY = "orders_copy";

  /** A table of ten rows. */
  static final String TEN = "ten";

  /** As Ringhaul cuts an export of one node by default. */
  private static final String SPLITS = "8";

  /** A folder that is not there, for an export to make. */
  Path removed(String name) throws IOException {
    Path removed = folder.resolve(name);
    if (Files.exists(removed)) {
      try (Stream<Path> files = Files.walk(removed)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return removed;
  }

  /** Fails unless the files hold so many times all rows. */
  void requireFiles(String what, Path files, int times) throws IOException {
    RinghaulProcess.requireRows(what, rows * times, RowsInFiles.in(files));
  }

  /** A bare scan: see {@link ScanProcess}. */
  Measurement scan(String columns) throws IOException, InterruptedException {
    MeasuredProcess.Outcome outcome =
        ringhaul.program(ScanProcess.class, BenchCluster.KEYSPACE, ORDERS, columns, SPLITS);
    RinghaulProcess.requireRows("scan of " + columns, rows, Long.parseLong(outcome.lastLine()));
    return outcome.handling(rows);
  }

  /** An export by Ringhaul's command line into a folder of the format's name. */
  Measurement export(String format, String... arguments) throws IOException, InterruptedException {
    Path files = removed("ringhaul-" + format);
    Measurement measured =
        ringhaul.run(
            "export",
            ORDERS,
            rows,
            Stream.concat(
                    Stream.of("--format=" + format, "--path=" + files), Stream.of(arguments))
                .toArray(String[]::new));
    requireFiles("export to " + format, files, 1);
    return measured;
  }

  /** A contender that fills the copy, which is emptied before and counted after, unmeasured. */
  Contender intoCopy(Contender contender) {
    return () -> {
      session.execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + COPY);
      Measurement measured = contender.run();
      RinghaulProcess.requireRows("import", rows, RowsInTable.in(session, COPY));
      return measured;
    };
  }
}
