package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.console.WatchingCrowd;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how much watchers slow down a job on the same machine: alternates exports with and
 * without watchers while the console runs.
 */
@ClusterTest
class ConsoleWatchers {

  private static final int WATCHERS = 200;
  private static final double MOST = 1.05;

  /** Enough rows for a few seconds of export: admitting the watchers takes a fixed time. */
  private static final int ROWS = Integer.getInteger("ringhaul.console.rows", 1_000_000);

  private static final int PAIRS = Integer.getInteger("ringhaul.console.pairs", 11);
  private static final int WARM_UPS = 6;

  @TempDir private Path folder;

  private String keyspace = "";
  private long heard;

  /** Warm-up: at first the console is too slow to admit all watchers during a short export. */
  private boolean isMeasuring;

  @Test
  void twoHundredWatchersHardlySlowJob() throws Exception {
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
    Path jobs = folder.resolve("jobs.db");
    List<Double> ratios = new ArrayList<>();
    try (JobStore store = JobStore.file(jobs);
        ConsoleProcess console = ConsoleProcess.start(folder, jobs);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      for (int i = 0; i < WARM_UPS; i++) {
        seconds(operator, store, console, i % 2 * WATCHERS);
      }
      isMeasuring = true;
      for (int pair = 0; pair < PAIRS; pair++) {
        boolean watchedFirst = pair % 2 == 0;
        double first = seconds(operator, store, console, watchedFirst ? WATCHERS : 0);
        double second = seconds(operator, store, console, watchedFirst ? 0 : WATCHERS);
        ratios.add(watchedFirst ? first / second : second / first);
        System.out.printf(
            Locale.ROOT,
            "pair %d: %.2f s and %.2f s, watched/alone %.3f%n",
            pair,
            first,
            second,
            ratios.get(pair));
      }
    }
    Collections.sort(ratios);
    double median = ratios.get(PAIRS / 2);
    System.out.printf(
        Locale.ROOT,
        "%d watchers received %,d bytes: the time ratio is %.3f of that without watchers (%d pairs,"
            + " from %.3f to %.3f)%n",
        WATCHERS,
        heard,
        median,
        PAIRS,
        ratios.get(0),
        ratios.get(PAIRS - 1));
    assertThat(heard).isPositive();
    assertThat(median).isLessThanOrEqualTo(MOST);
  }

  private double seconds(
      TokenAwareBulkOperator operator, JobStore store, ConsoleProcess console, int watchers)
      throws Exception {
    UUID id = UUID.randomUUID();
    CompletableFuture<ExportResult> export =
        operator
            .export(keyspace, "t")
            .to(CsvTarget.folder(folder.resolve(id.toString())))
            .taskCount(500)
            .job(JobOptions.in(store))
            .jobId(id)
            .executeAsync()
            .toCompletableFuture();
    while (store.find(id).isEmpty() && !export.isDone()) {
      Thread.sleep(5);
    }
    ExportResult result;
    try (WatchingCrowd crowd = new WatchingCrowd(console.uri(), id.toString(), watchers)) {
      result = export.get(5, TimeUnit.MINUTES);
      heard += crowd.bytes();
      if (isMeasuring) {
        assertThat(crowd.watching()).as("watchers at the end").isEqualTo(watchers);
      }
    }
    assertThat(result.rows()).isEqualTo(ROWS);
    return result.totals().duration().toNanos() / 1e9;
  }
}
