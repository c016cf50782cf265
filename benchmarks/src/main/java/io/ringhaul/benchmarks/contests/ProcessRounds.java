package io.ringhaul.benchmarks.contests;

import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Series;
import io.ringhaul.benchmarks.measure.SeriesTable;
import io.ringhaul.benchmarks.report.Report;
import java.util.Map;
import java.util.Objects;

/** How contests of processes are held and shown. */
public final class ProcessRounds {

  static final String RINGHAUL = "Ringhaul";
  static final String DSBULK = "DSBulk";
  static final String DSBULK_TUNED = "DSBulk, tuned";
  static final String SPARK = "Spark";

  /** One round that does not count: the server compiles, and files come into its page cache. */
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
   * Holds a contest and puts its table into the report.
   *
   * @param base the contender whose time the others' are compared with
   */
  Results hold(String title, String base, Contest contest) throws Exception {
    Results results = new Results(contest.run(WARM_UPS, rounds));
    SeriesTable.add(report, title, results.series.values(), results.of(base));
    return results;
  }

  /** What was measured of each contender. */
  record Results(Map<String, Series> series) {

    Series of(String name) {
      return Objects.requireNonNull(series.get(name));
    }

    /** One's time divided by another's, the median of the rounds. */
    double timeOver(String name, String other) {
      return of(name).timeOver(of(other));
    }

    /** The time of DSBulk, in the better of its two ways, divided by another's. */
    double dsbulkOver(String other) {
      return SeriesTable.fastest(of(DSBULK), of(DSBULK_TUNED)).timeOver(of(other));
    }
  }
}
