package io.ringhaul.benchmarks.contests;

import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.Report;
import java.util.Map;
import java.util.Objects;

/** Runs contests of processes and reports their results. */
public final class ProcessRounds {

  static final String RINGHAUL = "Ringhaul";
  static final String DSBULK = "DSBulk";
  static final String DSBULK_TUNED = "DSBulk, tuned";
  static final String SPARK = "Spark";

  /** One warm-up round for the server's compiler and its page cache. */
  private static final int WARM_UPS = 1;

  private final Report report;
  private final int rounds;

  public ProcessRounds(Report report, int rounds) {
    this.report = report;
    this.rounds = rounds;
  }

  Report report() {
    return report;
  }

  /**
   * Runs a contest and adds its table to the report.
   *
   * @param base the contender that the times of the others are compared with
   */
  Results hold(String title, String base, Contest contest) throws Exception {
    Results results = new Results(contest.run(WARM_UPS, rounds));
    SeriesTable.add(report, title, results.series.values(), results.of(base));
    return results;
  }

  /** The measurements of each contender. */
  record Results(Map<String, Series> series) {

    Series of(String name) {
      return Objects.requireNonNull(series.get(name));
    }

    /** Returns the median ratio of one contender's time to another's. */
    double timeOver(String name, String other) {
      return of(name).timeOver(of(other));
    }

    /**
     * Returns the ratio of DSBulk's time, in its faster configuration, to another contender's time.
     */
    double dsbulkOver(String other) {
      return SeriesTable.fastest(of(DSBULK), of(DSBULK_TUNED)).timeOver(of(other));
    }
  }
}
