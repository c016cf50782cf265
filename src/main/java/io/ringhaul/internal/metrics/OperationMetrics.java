package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Stage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Counters and timers of an operation. Recording takes well under a microsecond and no lock that is
 * held for long; it happens for each request, page and batch, never for each row. Thread-safe;
 * histograms are read by one thread.
 */
public final class OperationMetrics {

  private final Map<String, NodeMeter> nodes = new ConcurrentHashMap<>();
  private final Map<Stage, Timings> steps = new EnumMap<>(Stage.class);
  private final LongAdder requests = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder overloads = new LongAdder();
  private final LongAdder pages = new LongAdder();
  private final LongAdder pageRows = new LongAdder();
  private final LongAdder pageBytes = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder batchStatements = new LongAdder();
  private final LongAdder batchBytes = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();

  /** This and the next three fields are guarded by this object's lock. */
  private final List<WorkerClock> clocks = new ArrayList<>();

  private final BitSet workers = new BitSet();
  private final StageNanos endedNanos = new StageNanos();
  private long endedWorkerNanos;

  public OperationMetrics() {
    for (Stage stage : Stage.values()) {
      steps.put(stage, new Timings());
    }
  }

  /** Returns the meter of a node, and creates it on the first call. */
  public NodeMeter node(String addressAndPort) {
    return nodes.computeIfAbsent(addressAndPort, NodeMeter::new);
  }

  /** The meters of all nodes so far. */
  public Collection<NodeMeter> nodes() {
    return List.copyOf(nodes.values());
  }

  /** Counts an answered request with the size of its answer. */
  public void answered(long bytes) {
    requests.increment();
    receivedBytes.add(bytes);
  }

  /** Counts a failed request. */
  public void failed() {
    errors.increment();
  }

  /** Counts an overload or timeout as the cause of a failed request. */
  public void overloaded() {
    overloads.increment();
  }

  /** Counts a read page. */
  public void page(int rows, long bytes) {
    pages.increment();
    pageRows.add(rows);
    pageBytes.add(bytes);
  }

  /** Counts an acknowledged batch or single statement. */
  public void batch(int statements, long bytes) {
    batches.increment();
    batchStatements.add(statements);
    batchBytes.add(bytes);
  }

  /** Adds the time of a stage before there are workers, as one step. */
  public synchronized void spent(Stage stage, long nanos) {
    endedNanos.add(stage, nanos);
    steps(stage).record(nanos);
  }

  /**
   * Makes the calling thread a worker. The thread must have no clock yet, and must close this one.
   *
   * @return its clock, also available from {@link WorkerClock#current()}
   */
  public WorkerClock work() {
    WorkerClock clock;
    synchronized (this) {
      int number = workers.nextClearBit(0);
      workers.set(number);
      clock = new WorkerClock(this, number);
      clocks.add(clock);
    }
    clock.start();
    return clock;
  }

  /** Runs one step with the calling thread as a worker. */
  public <T> T working(Stage stage, Supplier<T> step) {
    try (WorkerClock clock = work()) {
      clock.begin(stage);
      try {
        return step.get();
      } finally {
        clock.end();
      }
    }
  }

  synchronized void ended(WorkerClock clock) {
    if (clocks.remove(clock)) {
      endedWorkerNanos += clock.addTo(endedNanos);
      workers.clear(clock.worker());
    }
  }

  /**
   * The durations of a stage's steps; only the one reading thread may call {@link Timings#next()}.
   */
  public Timings steps(Stage stage) {
    Timings timings = steps.get(stage);
    if (timings == null) {
      throw new IllegalStateException("There is no stage " + stage);
    }
    return timings;
  }

  /** The running tasks. */
  public synchronized List<WorkerState> tasks() {
    return clocks.stream().map(WorkerClock::state).flatMap(Optional::stream).toList();
  }

  /** The current sums. */
  public MetricsTotals totals() {
    StageNanos nanos = new StageNanos();
    long workerNanos;
    int working;
    synchronized (this) {
      nanos.add(endedNanos);
      workerNanos = endedWorkerNanos;
      for (WorkerClock clock : clocks) {
        workerNanos += clock.addTo(nanos);
      }
      working = clocks.size();
    }
    return new MetricsTotals(
        requests.sum(),
        errors.sum(),
        overloads.sum(),
        pages.sum(),
        pageRows.sum(),
        pageBytes.sum(),
        batches.sum(),
        batchStatements.sum(),
        batchBytes.sum(),
        receivedBytes.sum(),
        nanos.copy(),
        workerNanos,
        working);
  }
}
