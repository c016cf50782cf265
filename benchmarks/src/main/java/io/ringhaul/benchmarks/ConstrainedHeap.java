package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.SampleOrders;
import io.ringhaul.cli.TableComparison;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A table goes out to Iceberg and comes back through processes that have little memory. */
public final class ConstrainedHeap {

  private static final int HEAP_MEGABYTES = 256;
  private static final String ROWS_OPTION = "--rows=";

  private ConstrainedHeap() {}

  /** Takes {@code --rows=N}; ends with exit code 1 if anything differs. */
  public static void main(String[] arguments) throws Exception {
    long rows = 2_000_000;
    for (String argument : arguments) {
      if (!argument.startsWith(ROWS_OPTION)) {
        throw new IllegalArgumentException("Only --rows=N is known, not " + argument);
      }
      rows = Long.parseLong(argument.substring(ROWS_OPTION.length()));
    }
    // A relative folder: a system's temporary folder may be held in memory.
    Path folder =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target").toAbsolutePath()), "constrained-heap-");
    boolean good;
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .heapMegabytes(4_096)
                .jvmOptions("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseParallelGC")
                .start();
        CqlSession session =
            CqlSession.builder()
                .addContactPoints(cluster.contactPoints())
                .withLocalDatacenter(cluster.localDatacenter())
                .build()) {
      good = run(session, folder, rows);
    }
    System.exit(good ? 0 : 1);
  }

  private static boolean run(CqlSession session, Path folder, long rows)
      throws IOException, InterruptedException {
    SampleOrders orders = new SampleOrders(session);
    orders.createTables(1);
    long started = System.nanoTime();
    orders.fill(rows);
    System.out.printf(
        Locale.ROOT, "fill: %,d rows in %.1f s%n", rows, (System.nanoTime() - started) / 1e9);
    String source = SampleOrders.KEYSPACE + "." + SampleOrders.TABLE;
    String copy = SampleOrders.KEYSPACE + "." + SampleOrders.RESTORED;
    String path = "--path=" + folder.resolve("warehouse");
    boolean complete =
        show(
                ChildRun.of(
                    folder,
                    HEAP_MEGABYTES,
                    "export",
                    source,
                    "--format=iceberg",
                    path,
                    "--partition-by=month(order_date)"))
            == rows;
    complete &=
        show(
                ChildRun.of(
                    folder,
                    HEAP_MEGABYTES,
                    "import",
                    copy,
                    "--format=iceberg",
                    path,
                    "--iceberg-table=" + source))
            == rows;
    complete &= show(ChildRun.of(folder, HEAP_MEGABYTES, "count", copy)) == rows;
    TableComparison.Outcome outcome =
        new TableComparison(session)
            .compare(SampleOrders.KEYSPACE, SampleOrders.TABLE, SampleOrders.RESTORED);
    System.out.printf(
        Locale.ROOT,
        "compare: %,d rows equal; %s%n",
        outcome.rows(),
        outcome.difference().orElse("no difference"));
    return complete && outcome.difference().isEmpty() && outcome.rows() == rows;
  }

  private static long show(ChildRun run) {
    System.out.printf(
        Locale.ROOT,
        "%s: %,d rows in %.1f s (%,.0f rows/s), peak heap after GC %d MB of %d, %d retries%n",
        run.result().path("operation").asText(),
        run.result().path("rows").asLong(),
        run.result().path("seconds").asDouble(),
        run.result().path("rowsPerSecond").asDouble(),
        run.peakMegabytes(),
        HEAP_MEGABYTES,
        run.result().path("retries").asLong());
    return run.result().path("rows").asLong();
  }
}
