package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Stage;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one worker spends its time with, and the task that it works on. Stages nest: while it is in
 * an inner one the outer one stands still, so that a write of a buffer in the middle of encoding
 * counts as writing.
 *
 * <p>A clock belongs to the thread that opened it, and is found by {@link #current()} wherever that
 * thread spends its time: the writers of files in between need not know of it. Beginning and ending
 * a stage takes about a tenth of a microsecond; do it for each page, never for each row.
 */
public final class WorkerClock implements AutoCloseable {

  private static final int DEPTH = 16;

  /** A thread's own; removed when its clock is closed. */
  private static final ThreadLocal<WorkerClock> CURRENT = new ThreadLocal<>();

  /** Of threads that are no workers. */
  private static final WorkerClock NONE = new WorkerClock(null, 0);

  private final @Nullable OperationMetrics metrics;
  private final int worker;
  private final long opened = System.nanoTime();
  private final @Nullable Stage[] stages = new Stage[DEPTH];
  private final long[] own = new long[DEPTH];
  private final StageNanos nanos = new StageNanos();
  private int depth;
  private long since = opened;
  private @Nullable Task task;

  /** A task under way. */
  private static final class Task {
    private final int partition;
    private final String replica;
    private final LongSupplier queued;
    private final long begun = System.nanoTime();
    private long rows;

    private Task(int partition, String replica, LongSupplier queued) {
      this.partition = partition;
      this.replica = replica;
      this.queued = queued;
    }
  }

  WorkerClock(@Nullable OperationMetrics metrics, int worker) {
    this.metrics = metrics;
    this.worker = worker;
  }

  void start() {
    CURRENT.set(this);
  }

  /** The calling thread's clock; one that counts nothing if it is not a worker. */
  public static WorkerClock current() {
    WorkerClock clock = CURRENT.get();
    return clock == null ? NONE : clock;
  }

  /** What is done within a stage. */
  @FunctionalInterface
  public interface Step<E extends Exception> {
    void run() throws E;
  }

  /** Does something that counts as the given stage of the calling thread. */
  public static <E extends Exception> void during(Stage stage, Step<E> step) throws E {
    WorkerClock clock = current();
    clock.begin(stage);
    try {
      step.run();
    } finally {
      clock.end();
    }
  }

  /** Enters a stage, until {@link #end()}. */
  public void begin(Stage stage) {
    if (metrics != null) {
      enter(stage);
    }
  }

  private synchronized void enter(Stage stage) {
    pass(System.nanoTime());
    if (depth < DEPTH) {
      stages[depth] = stage;
      own[depth] = 0;
    }
    depth++;
  }

  /** Leaves the stage that was entered last. */
  public void end() {
    if (metrics != null) {
      leave(metrics, Stage.WAIT, 0);
    }
  }

  /**
   * Leaves the stage that was entered last, and counts a part of its time as that of another: for
   * stages that alternate too fast to be told apart each time.
   *
   * @param share how much of it, 0 to 1
   */
  public void end(Stage other, double share) {
    if (metrics != null) {
      leave(metrics, other, share);
    }
  }

  private synchronized void leave(OperationMetrics to, Stage other, double share) {
    pass(System.nanoTime());
    depth--;
    Stage stage = depth < DEPTH ? stages[depth] : null;
    if (stage == null) {
      return;
    }
    long all = own[depth];
    if (depth > 0 && stages[depth - 1] == stage) {
      // One wait within another is one wait.
      own[depth - 1] += all;
      return;
    }
    long others = (long) (all * share);
    nanos.add(stage, -others);
    nanos.add(other, others);
    to.steps(stage).record(all - others);
    if (others > 0) {
      to.steps(other).record(others);
    }
  }

  /** The time of the stage that was entered last, without stages within it, in nanoseconds. */
  public long ownNanos() {
    if (metrics == null) {
      return 0;
    }
    synchronized (this) {
      pass(System.nanoTime());
      return depth == 0 ? 0 : own[Math.min(depth, DEPTH) - 1];
    }
  }

  /** Counts the time that has passed for the stage that was entered last. */
  private void pass(long now) {
    if (depth > 0) {
      int top = Math.min(depth, DEPTH) - 1;
      Stage stage = stages[top];
      if (stage != null) {
        own[top] += now - since;
        nanos.add(stage, now - since);
      }
    }
    since = now;
  }

  /**
   * A task begins, in place of the one before.
   *
   * @param partition its number in the job
   * @param replica the node that is first to be asked; empty if unknown
   * @param queued how many pages or rows of it wait to be worked on; asked by another thread
   */
  public synchronized void task(int partition, String replica, LongSupplier queued) {
    if (metrics != null) {
      task = new Task(partition, replica, queued);
    }
  }

  /** Rows of the task that were handled just now. */
  public synchronized void handled(long rows) {
    if (task != null) {
      task.rows += rows;
    }
  }

  /** The task has ended, in whatever way. */
  public synchronized void taskEnded() {
    task = null;
  }

  /** The number of the worker, from 0. */
  public int worker() {
    return worker;
  }

  /** Adds what it has counted so far to sums by stage; how long it has been open. */
  synchronized long addTo(StageNanos sums) {
    pass(System.nanoTime());
    sums.add(nanos);
    return since - opened;
  }

  synchronized Optional<WorkerState> state() {
    return task == null
        ? Optional.empty()
        : Optional.of(
            new WorkerState(
                task.partition,
                worker,
                task.rows,
                System.nanoTime() - task.begun,
                task.replica,
                task.queued.getAsLong()));
  }

  /** The worker ends. To be called by its thread. */
  @Override
  public void close() {
    if (metrics != null) {
      CURRENT.remove();
      metrics.ended(this);
    }
  }
}
