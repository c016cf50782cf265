package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Counts the progress of an operation. The amount of work is a size, in a unit of the operation:
 * tokens for a scan, bytes of the source for an import. Sizes are unsigned, since the ring has 2^64
 * tokens. Thread-safe.
 */
public final class ProgressMeter {

  /** The maximum share before the end: a commit, or a check of the table, follows all tasks. */
  private static final double MOST_UNFINISHED = 0.999;

  private final long started = System.nanoTime();
  private final AtomicInteger tasks;
  private final AtomicInteger rangesPlanned;
  private final long size;
  private final Earlier earlier;
  private final AtomicInteger tasksDone = new AtomicInteger();
  private final AtomicInteger rangesDone = new AtomicInteger();
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicInteger stepsDone = new AtomicInteger();
  private final LongAdder sizeDone = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final RecentProgress recent = new RecentProgress();
  private volatile LongSupplier told = () -> 0;
  private volatile boolean ended;

  /**
   * The progress of earlier runs of a job.
   *
   * @param tasks completed tasks
   * @param ranges their token ranges
   * @param size their size
   * @param rows their rows
   */
  public record Earlier(int tasks, int ranges, long size, long rows) {

    /** The value for an operation without earlier runs. */
    public static final Earlier NOTHING = new Earlier(0, 0, 0, 0);
  }

  /**
   * Starts the clock.
   *
   * @param tasks tasks to run
   * @param rangesPlanned their token ranges
   * @param size their size
   * @param earlier what counts as completed besides them
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

  /** Adds handled rows and bytes. */
  public void handled(long moreRows, long moreBytes) {
    rows.add(moreRows);
    bytes.add(moreBytes);
  }

  /** Adds token ranges that were read completely. */
  public void rangesDone(int more) {
    rangesDone.addAndGet(more);
  }

  /** Adds tasks from a division of a running task, and the token ranges from cuts. */
  public void divided(int moreTasks, int moreRanges) {
    tasks.addAndGet(moreTasks);
    rangesPlanned.addAndGet(moreRanges);
  }

  /** Counts a successful task. */
  public void taskDone() {
    tasksDone.incrementAndGet();
  }

  /** Adds steps between the last task and the end. Progress counts them with the tasks. */
  public void finalSteps(int more) {
    steps.addAndGet(more);
  }

  /** Counts a successful step between the last task and the end. */
  public void stepDone() {
    stepsDone.incrementAndGet();
  }

  /** Called when the operation has succeeded: only then is it complete. */
  public void ended() {
    ended = true;
  }

  /** Returns a part, such as a task or range, whose progress is reported step by step. */
  public Part part() {
    return new Part();
  }

  /**
   * Sets the source of the completed size outside all {@linkplain #part() parts}; it is read on
   * demand.
   */
  public void tells(LongSupplier size) {
    told = size;
  }

  /** The progress of a part. Used by one thread at a time. */
  public final class Part {
    private long done;

    private Part() {}

    /** Sets the completed size of this part. */
    public void done(long sizeOfPart) {
      sizeDone.add(sizeOfPart - done);
      done = sizeOfPart;
    }

    /** Adds to the completed size of this part. */
    public void more(long moreSize) {
      done(done + moreSize);
    }

    /** Returns the completed share of this part, from 0 to 1, if it has this size, unsigned. */
    public double share(long size) {
      return size == 0 ? 1 : Math.min(1, unsigned(done) / unsigned(size));
    }

    /** Resets this part: its work must be repeated. */
    public void lost() {
      done(0);
    }
  }

  /** Same, for an operation that is never paused or stalled. */
  public Progress progress() {
    return progress(Duration.ZERO);
  }

  /**
   * The current figures, without those of requests, which this meter does not know.
   *
   * @param still how long the operation was paused or stalled so far, which says nothing about its
   *     speed afterwards
   */
  public Progress progress(Duration still) {
    long now = System.nanoTime();
    long rowsNow = rows.sum();
    double completed = completed();
    RecentProgress.Forecast forecast = recent.at(now, still.toNanos(), rowsNow, completed);
    return new Progress(
        tasksDone.get() + stepsDone.get(),
        tasks.get() + steps.get(),
        rowsNow,
        earlier.rows(),
        bytes.sum(),
        Duration.ofNanos(now - started),
        completed,
        forecast.rowsPerSecond(),
        forecast.remaining(),
        0,
        0,
        Duration.ZERO,
        Optional.empty(),
        Health.WELL,
        Optional.empty());
  }

  private double completed() {
    if (ended) {
      return 1;
    }
    if (tasksDone.get() >= tasks.get()) {
      return MOST_UNFINISHED;
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
   * The recent speed of an operation, from the times at which its progress is read. A mean since
   * the start would include the slow first seconds, and each change of speed, for hours; a mean
   * over a few seconds would jump with each page. Thread-safe.
   */
  static final class RecentProgress {

    private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * The window of the remaining time is the last quarter of the elapsed time, within these
     * bounds. A longer one would take the slow first seconds for the usual speed.
     */
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(6);

    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

    /**
     * The window is longer, up to this time, while it has few steps, such as pages that take long.
     */
    private static final long MOST_FOR_STEPS_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final int LEAST_STEPS = 4;

    /** Closer moments are not stored. */
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** More than the longest window has. */
    private static final int MOST_MOMENTS = 500;

    /** Before this time hardly any request is answered. */
    private static final long LEAST_KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * @param moving the time without pauses and stalls
     */
    private record Moment(long nanos, long moving, long rows, double completed) {}

    /** Oldest first; the very first moment is the start. */
    private final Deque<Moment> moments = new ArrayDeque<>();

    private long start;
    private double begun;

    /**
     * A forecast from all moments.
     *
     * @param remaining empty without recent progress, or too early in the run
     */
    record Forecast(double rowsPerSecond, Optional<Duration> remaining) {}

    /**
     * Adds a moment.
     *
     * @param still how long the operation has been paused or stalled so far
     */
    synchronized Forecast at(long nanos, long still, long rows, double completed) {
      Moment now = new Moment(nanos, nanos - still, rows, completed);
      // The first seconds of a stall become known as such later.
      while (!moments.isEmpty() && moments.getLast().moving() > now.moving()) {
        moments.removeLast();
      }
      if (moments.isEmpty()) {
        start = now.moving();
        begun = completed;
      }
      if (moments.isEmpty() || nanos - moments.getLast().nanos() >= STEP_NANOS) {
        moments.addLast(now);
      }
      if (moments.size() > MOST_MOMENTS) {
        // A pause may last for days.
        Moment first = moments.getFirst();
        moments.removeIf(
            each ->
                !each.equals(first)
                    && nanos - each.nanos() > RATE_NANOS
                    && now.moving() - each.moving() < STEP_NANOS);
      }
      while (moments.size() > 1 && now.moving() - moments.getFirst().moving() > MOST_NANOS) {
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
      Moment from = windowStart(now);
      long nanos = now.moving() - from.moving();
      double gained = now.completed() - from.completed();
      if (nanos < LEAST_KNOWN_NANOS || gained <= 0) {
        return Optional.empty();
      }
      return Optional.of(Duration.ofNanos((long) (nanos * (1 - now.completed()) / gained)));
    }

    private Moment windowStart(Moment now) {
      long window = Math.max(LEAST_NANOS, Math.min(MOST_NANOS, (now.moving() - start) / 4));
      Moment from = now;
      int steps = 0;
      for (Iterator<Moment> back = moments.descendingIterator(); back.hasNext(); ) {
        Moment each = back.next();
        long age = now.moving() - each.moving();
        // The time before the first progress says nothing about the speed afterwards.
        boolean isBefore =
            each.completed() <= begun && now.moving() - from.moving() >= LEAST_KNOWN_NANOS;
        boolean isEnough = steps >= LEAST_STEPS || age > MOST_FOR_STEPS_NANOS;
        if (isBefore || (age > window && isEnough)) {
          break;
        }
        if (each.completed() < from.completed()) {
          steps++;
        }
        from = each;
      }
      return from;
    }
  }
}
