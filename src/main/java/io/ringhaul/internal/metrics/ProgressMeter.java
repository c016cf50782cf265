package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts what an operation does while it does it. How much there is to do is a size, in the unit of
 * the operation: tokens for a scan, bytes of the source for an import. Sizes are unsigned, since
 * the ring has 2^64 tokens. Thread-safe.
 */
public final class ProgressMeter {

  /** What is shown while tasks are still to end, although all of their size is read. */
  private static final double MOST_UNFINISHED = 0.999;

  private final long started = System.nanoTime();
  private final AtomicInteger tasks;
  private final AtomicInteger rangesPlanned;
  private final long size;
  private final Earlier earlier;
  private final AtomicInteger tasksDone = new AtomicInteger();
  private final AtomicInteger rangesDone = new AtomicInteger();
  private final LongAdder sizeDone = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final RecentProgress recent = new RecentProgress();
  private volatile LongSupplier told = () -> 0;

  /**
   * What earlier runs of a job have done.
   *
   * @param tasks tasks
   * @param ranges the token ranges of these
   * @param size the size of these
   * @param rows their rows
   */
  public record Earlier(int tasks, int ranges, long size, long rows) {

    /** Of an operation that begins. */
    public static final Earlier NOTHING = new Earlier(0, 0, 0, 0);
  }

  /**
   * Starts the clock.
   *
   * @param tasks tasks to do
   * @param rangesPlanned their token ranges
   * @param size their size
   * @param earlier what counts as done beside them
   */
  public ProgressMeter(int tasks, int rangesPlanned, long size, Earlier earlier) {
    this.tasks = new AtomicInteger(tasks + earlier.tasks());
    this.rangesPlanned = new AtomicInteger(rangesPlanned + earlier.ranges());
    this.size = size + earlier.size();
    this.earlier = earlier;
    tasksDone.set(earlier.tasks());
    rangesDone.set(earlier.ranges());
    sizeDone.add(earlier.size());
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

  /** Something that is done bit by bit begins: a task, or a range. */
  public Part part() {
    return new Part();
  }

  /**
   * How much is done beside all {@linkplain #part() parts} is told by the operation, when it is
   * asked.
   */
  public void tells(LongSupplier size) {
    told = size;
  }

  /** How much of a part is done. Used by one thread at a time. */
  public final class Part {
    private long done;

    private Part() {}

    /** So much of it is done by now, which replaces what was said before. */
    public void done(long sizeOfPart) {
      sizeDone.add(sizeOfPart - done);
      done = sizeOfPart;
    }

    /** So much more of it is done. */
    public void more(long moreSize) {
      done(done + moreSize);
    }

    /** What was done of it is lost: it has to be done again. */
    public void lost() {
      done(0);
    }
  }

  /** The figures at this moment, but for those of requests, which it does not know. */
  public Progress progress() {
    long now = System.nanoTime();
    long rowsNow = rows.sum();
    double completed = completed();
    RecentProgress.Forecast forecast = recent.at(now, rowsNow, completed);
    return new Progress(
        tasksDone.get(),
        tasks.get(),
        rowsNow,
        earlier.rows(),
        bytes.sum(),
        Duration.ofNanos(now - started),
        completed,
        forecast.rowsPerSecond(),
        forecast.remaining(),
        0,
        0,
        Duration.ZERO);
  }

  private double completed() {
    if (tasksDone.get() >= tasks.get()) {
      return 1;
    }
    double share =
        size == 0
            ? (double) tasksDone.get() / tasks.get()
            : unsigned(sizeDone.sum() + told.getAsLong()) / unsigned(size);
    return Math.min(MOST_UNFINISHED, share);
  }

  private static double unsigned(long value) {
    double half = value >>> 1;
    return 2 * half + (value & 1);
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
        Duration.ofNanos(System.nanoTime() - started));
  }

  /**
   * How fast an operation has been of late, from the moments at which its progress was asked for. A
   * mean since the start would take the slow first seconds, and each change of the speed, into
   * account for hours; a mean of a few seconds would jump with each page. Thread-safe.
   */
  static final class RecentProgress {

    private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The time left is estimated from the last quarter of the time so far, within these bounds. */
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Moments closer to the one before are not kept. */
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** Before, the first requests are not answered yet, or hardly any. */
    private static final long LEAST_KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Moment(long nanos, long rows, double completed) {}

    /** Oldest first; the first moment of all is the start. */
    private final Deque<Moment> moments = new ArrayDeque<>();

    private long start;

    /**
     * What the moments so far and this one say.
     *
     * @param remaining empty if nothing was done of late, or if it is too early to tell
     */
    record Forecast(double rowsPerSecond, Optional<Duration> remaining) {}

    synchronized Forecast at(long nanos, long rows, double completed) {
      Moment now = new Moment(nanos, rows, completed);
      if (moments.isEmpty()) {
        start = nanos;
      }
      if (moments.isEmpty() || nanos - moments.getLast().nanos() >= STEP_NANOS) {
        moments.addLast(now);
      }
      long window = Math.max(LEAST_NANOS, Math.min(MOST_NANOS, (nanos - start) / 4));
      while (moments.size() > 1 && nanos - moments.getFirst().nanos() > window) {
        moments.removeFirst();
      }
      return new Forecast(rowsPerSecond(now), remaining(now));
    }

    private double rowsPerSecond(Moment now) {
      Moment from = moments.getFirst();
      for (Moment each : moments) {
        if (now.nanos() - each.nanos() <= RATE_NANOS) {
          from = each;
          break;
        }
      }
      double seconds = (now.nanos() - from.nanos()) / 1e9;
      return seconds <= 0 ? 0 : Math.max(0, (now.rows() - from.rows()) / seconds);
    }

    private Optional<Duration> remaining(Moment now) {
      if (now.completed() >= 1) {
        return Optional.of(Duration.ZERO);
      }
      Moment from = moments.getFirst();
      long nanos = now.nanos() - from.nanos();
      double gained = now.completed() - from.completed();
      if (nanos < LEAST_KNOWN_NANOS || gained <= 0) {
        return Optional.empty();
      }
      return Optional.of(Duration.ofNanos((long) (nanos * (1 - now.completed()) / gained)));
    }
  }
}
