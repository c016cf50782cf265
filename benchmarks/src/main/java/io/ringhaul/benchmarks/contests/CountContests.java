package io.ringhaul.benchmarks.contests;

import static io.ringhaul.benchmarks.contests.ProcessRounds.RINGHAUL;
import static io.ringhaul.benchmarks.contests.ProcessRounds.SPARK;

import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.RepeatedRun;
import io.ringhaul.benchmarks.process.RinghaulProcess;

/** Whole processes that count. */
public final class CountContests {

  private static final double MOST_SECONDS_OF_A_START = 1.5;
  private static final double LEAST_OF_A_COUNT = 5;

  private static final String KEYS = "keys shipped to the client";

  /** DSBulk's page size, the driver's default. */
  private static final int PAGE_ROWS = 5_000;

  private final ProcessContestants all;
  private final ProcessRounds rounds;

  public CountContests(ProcessContestants all, ProcessRounds rounds) {
    this.all = all;
    this.rounds = rounds;
  }

  public void start() throws Exception {
    ProcessRounds.Results results =
        rounds.hold(
            "Start of the command line: a count of ten rows",
            RINGHAUL,
            new Contest("count of ten rows")
                .add(RINGHAUL, () -> all.ringhaul().run("count", ProcessContestants.TEN, 10)));
    rounds
        .report()
        .check(
            "A count of ten rows takes at most 1.5 s as a whole process",
            results.of(RINGHAUL).median(Measurement::seconds) <= MOST_SECONDS_OF_A_START);
  }

  public void count() throws Exception {
    int tasks = all.ringhaul().runForTasks("count", ProcessContestants.ORDERS, all.rows()).tasks();
    ProcessRounds.Results results =
        rounds.hold(
            "Count, whole processes",
            RINGHAUL,
            new Contest("count")
                .add(
                    RINGHAUL,
                    () -> all.ringhaul().run("count", ProcessContestants.ORDERS, all.rows()))
                .add(KEYS, () -> all.scan(ScanProcess.KEYS, tasks, PAGE_ROWS))
                .add(SPARK, () -> countBySpark(1).whole().handling(all.rows())));
    // Meeting one of the two thresholds is sufficient.
    rounds
        .report()
        .atLeast(
            "Count, whole process, against keys shipped to the client or Spark cold",
            Math.max(results.timeOver(KEYS, RINGHAUL), results.timeOver(SPARK, RINGHAUL)),
            LEAST_OF_A_COUNT);
  }

  private RepeatedRun countBySpark(int times) throws Exception {
    RepeatedRun run =
        all.spark().run("count", ProcessContestants.ORDERS, all.folder().resolve("no-lake"), times);
    RinghaulProcess.requireRows("Spark's count", all.rows(), run.rows());
    return run;
  }
}
