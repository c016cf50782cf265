package io.ringhaul.progress;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an operation does while it does it. Thread-safe. */
public final class ProgressMeter {

  private final long started = System.nanoTime();
  private final AtomicInteger tasks;
  private final AtomicInteger rangesPlanned;
  private final Earlier earlier;
  private final AtomicInteger tasksDone = new AtomicInteger();
  private final AtomicInteger rangesDone = new AtomicInteger();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /**
   * What earlier runs of a job have done.
   *
   * @param tasks tasks
   * @param ranges the token ranges of these
   * @param rows their rows
   */
  public record Earlier(int tasks, int ranges, long rows) {

    /** Of an operation that begins. */
    public static final Earlier NOTHING = new Earlier(0, 0, 0);
  }

  /** Starts the clock of an operation that begins. */
  public ProgressMeter(int tasks, int rangesPlanned) {
    this(tasks, rangesPlanned, Earlier.NOTHING);
  }

  /**
   * Starts the clock.
   *
   * @param tasks tasks to do
   * @param rangesPlanned their token ranges
   * @param earlier what counts as done beside them
   */
  public ProgressMeter(int tasks, int rangesPlanned, Earlier earlier) {
    this.tasks = new AtomicInteger(tasks + earlier.tasks());
    this.rangesPlanned = new AtomicInteger(rangesPlanned + earlier.ranges());
    this.earlier = earlier;
    tasksDone.set(earlier.tasks());
    rangesDone.set(earlier.ranges());
    rows.add(earlier.rows());
  }

  /** Rows and bytes that were handled just now. */
  public void handled(long moreRows, long moreBytes) {
    rows.add(moreRows);
    bytes.add(moreBytes);
  }

  /** Token ranges that were read to their end just now. */
  public void rangesDone(int more) {
    rangesDone.addAndGet(more);
  }

  /** A task was divided while it ran, and some of its token ranges were cut. */
  public void divided(int moreTasks, int moreRanges) {
    tasks.addAndGet(moreTasks);
    rangesPlanned.addAndGet(moreRanges);
  }

  /** A task has ended well. */
  public void taskDone() {
    tasksDone.incrementAndGet();
  }

  /** The figures at this moment, but for those of requests, which it does not know. */
  public Progress progress() {
    int rangesInAll = rangesPlanned.get();
    boolean byRanges = rangesInAll > 0;
    int units = byRanges ? rangesInAll : tasks.get();
    return new Progress(
        tasksDone.get(),
        tasks.get(),
        rows.sum(),
        earlier.rows(),
        bytes.sum(),
        elapsed(),
        share(byRanges ? rangesDone.get() : tasksDone.get(), units),
        share(byRanges ? earlier.ranges() : earlier.tasks(), units),
        0,
        0);
  }

  /** The figures at the end. */
  public OperationTotals totals(long retries) {
    return new OperationTotals(
        rows.sum(),
        earlier.rows(),
        bytes.sum(),
        rangesPlanned.get(),
        rangesDone.get(),
        tasks.get(),
        retries,
        elapsed());
  }

  private static double share(int done, int units) {
    return units == 0 ? 1 : (double) done / units;
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
