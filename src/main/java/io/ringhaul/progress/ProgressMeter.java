package io.ringhaul.progress;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an operation does while it does it. Thread-safe. */
public final class ProgressMeter {

  private final long started = System.nanoTime();
  private final int tasks;
  private final int rangesPlanned;
  private final AtomicInteger tasksDone = new AtomicInteger();
  private final AtomicInteger rangesDone = new AtomicInteger();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /** Starts the clock. */
  public ProgressMeter(int tasks, int rangesPlanned) {
    this.tasks = tasks;
    this.rangesPlanned = rangesPlanned;
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

  /** A task has ended well. */
  public void taskDone() {
    tasksDone.incrementAndGet();
  }

  /** The figures at this moment. */
  public Progress progress() {
    int units = rangesPlanned > 0 ? rangesPlanned : tasks;
    int unitsDone = rangesPlanned > 0 ? rangesDone.get() : tasksDone.get();
    return new Progress(
        tasksDone.get(),
        tasks,
        rows.sum(),
        bytes.sum(),
        elapsed(),
        units == 0 ? 1 : (double) unitsDone / units);
  }

  /** The figures at the end. */
  public OperationTotals totals(long retries) {
    return new OperationTotals(
        rows.sum(), bytes.sum(), rangesPlanned, rangesDone.get(), tasks, retries, elapsed());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
