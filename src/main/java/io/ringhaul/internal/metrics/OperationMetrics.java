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
 * What one operation counts and times while it works. Recording takes no lock that others hold for
 * long, and well under a microsecond; it is done for requests, pages and batches, never for rows.
 * Thread-safe; histograms are read by one thread.
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

  /** The next four are under this object's lock. */
  private final List<WorkerClock> clocks = new ArrayList<>();

  private final BitSet workers = new BitSet();
  private final StageNanos endedNanos = new StageNanos();
  private long endedWorkerNanos;

  /** Begins to count. */
  public OperationMetrics() {
    for (Stage stage : Stage.values()) {
      steps.put(stage, new Timings());
    }
  }

  /** The meter of a node, made when it is asked for first. */
  public NodeMeter node(String addressAndPort) {
    return nodes.computeIfAbsent(addressAndPort, NodeMeter::new);
  }

  /** The meters of all nodes that were met so far. */
  public Collection<NodeMeter> nodes() {
    return List.copyOf(nodes.values());
  }

  /** A request was answered with so many bytes. */
  public void answered(long bytes) {
    requests.increment();
    receivedBytes.add(bytes);
  }

  /** A request failed. */
  public void failed() {
    errors.increment();
  }

  /** The failure was an overload or a lack of time. */
  public void overloaded() {
    overloads.increment();
  }

  /** A page was read. */
  public void page(int rows, long bytes) {
    pages.increment();
    pageRows.add(rows);
    pageBytes.add(bytes);
  }

  /** A batch, or a statement alone, was acknowledged. */
  public void batch(int statements, long bytes) {
    batches.increment();
    batchStatements.add(statements);
    batchBytes.add(bytes);
  }

  /** Time that was spent in a stage before there were workers, in one step. */
  public synchronized void spent(Stage stage, long nanos) {
    endedNanos.add(stage, nanos);
    steps(stage).record(nanos);
  }

  /**
   * The calling thread is a worker from now on. It must have no clock yet; it closes this one.
   *
   * @return its clock, also to be had from {@link WorkerClock#current()}
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

  /** The calling thread is a worker while it does this one thing. */
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

  /** The durations of a stage's steps; {@link Timings#next()} is for the one thread that reads. */
  public Timings steps(Stage stage) {
    Timings timings = steps.get(stage);
    if (timings == null) {
      throw new IllegalStateException("There is no stage " + stage);
    }
    return timings;
  }

  /** The tasks under way. */
  public synchronized List<WorkerState> tasks() {
    return clocks.stream().map(WorkerClock::state).flatMap(Optional::stream).toList();
  }

  /** The sums at this moment. */
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
