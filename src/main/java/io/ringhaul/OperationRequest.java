package io.ringhaul;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.limits.Balancing;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all requests have. A request is a builder: {@link #execute()} and {@link
 * #executeAsync()} copy its settings, so later changes do not affect a running operation. Not
 * thread-safe.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class OperationRequest<S extends OperationRequest<S, R>, R>
    permits ScanRequest, WriteRequest {

  private static final int MOST_PARALLELISM = 10_000;

  final TokenAwareBulkOperator operator;
  final CqlIdentifier keyspace;
  final CqlIdentifier table;
  private OptionalInt parallelism = OptionalInt.empty();
  private OptionalInt taskCount = OptionalInt.empty();
  private ConsistencyLevel consistency = DefaultConsistencyLevel.LOCAL_QUORUM;
  private Duration requestTimeout = Duration.ofMinutes(2);
  private int maxAttempts = 10;
  private @Nullable String executionProfile;
  private RequestLimits limits = RequestLimits.NONE;
  private Balancing balancing = Balancing.DRIVER;
  private Consumer<Progress> progressListener = progress -> {};
  private boolean skipsPreflight;
  private ResourceLimits resourceLimits = ResourceLimits.NONE;
  private PauseListener pauseListener = PauseListener.NONE;
  private TuningSettings tuning = TuningSettings.DEFAULT;
  private final List<SampleListener> sampleListeners = new ArrayList<>();
  private final List<BottleneckListener> bottleneckListeners = new ArrayList<>();
  private boolean unmonitored;

  OperationRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    this.operator = operator;
    this.keyspace = keyspace;
    this.table = table;
  }

  /**
   * The largest number of requests in flight, 1 to 10,000. An overload reduces the number; it grows
   * back slowly as requests succeed. Default: 8 for each node of the local data centre for a count,
   * a read or an export, 16 for an import; at most 256.
   *
   * @see #maxInFlightPerNode(int)
   * @throws InvalidSettingException if it is out of bounds
   */
  public S parallelism(int requests) {
    OperationSettings.requireBetween("parallelism", requests, 1, MOST_PARALLELISM);
    this.parallelism = OptionalInt.of(requests);
    return self();
  }

  /**
   * The largest number of requests in flight that one node coordinates, 1 to 10,000, beside {@link
   * #parallelism(int)} for all nodes together. Each request then goes to the live local replica of
   * its rows that coordinates the fewest requests of this operation; if all replicas are at the
   * bound, it waits. Work that a node does as a replica for other coordinators does not count.
   * Default: no bound, and the driver's policy chooses the coordinator.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxInFlightPerNode(int requests) {
    OperationSettings.requireBetween("maxInFlightPerNode", requests, 1, MOST_PARALLELISM);
    this.limits = limits.withMaxInFlightPerNode(requests);
    return self();
  }

  /**
   * How to choose the coordinator of a request among the live local replicas of its rows. Default:
   * {@link Balancing#DRIVER}.
   */
  public S balancing(Balancing how) {
    this.balancing = Objects.requireNonNull(how);
    return self();
  }

  /**
   * The largest number of rows read or written in a second by all tasks together, 1 or more. Rows
   * of a page count when the page arrives, rows of a source when the writer takes them, rows of a
   * count when their range is counted. Unless {@code pageSize} is set, a page holds at most the
   * rows of a quarter of a second. Requests in flight are not delayed. Default: no bound.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public S maxRowsPerSecond(long rows) {
    requirePositive("maxRowsPerSecond", rows);
    this.limits = limits.withMaxRowsPerSecond(rows);
    return self();
  }

  /**
   * The largest number of bytes read or written in a second, 1 or more: the server's responses of
   * an export or a read, the serialized values of an import, both before compression on the wire. A
   * count transfers next to nothing: its rows stay on the server. Default: no bound.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public S maxBytesPerSecond(long bytes) {
    requirePositive("maxBytesPerSecond", bytes);
    this.limits = limits.withMaxBytesPerSecond(bytes);
    return self();
  }

  /**
   * The approximate number of tasks, 1 to 1,000,000. A scan has at least one task for each node
   * that must coordinate a part of the ring, an import at least one for each file. Default: one
   * task for each 128 MiB of the table's estimated size for an export, for each 32 MiB for a count
   * or a read, and at least {@link #parallelism(int)} tasks (four times as many for a count or a
   * read); one for each 16 MiB of the source's files for an import.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S taskCount(int tasks) {
    OperationSettings.requireBetween("taskCount", tasks, 1, TokenRangeSplitter.MAX_TASK_COUNT);
    this.taskCount = OptionalInt.of(tasks);
    return self();
  }

  /** The consistency level of each request. Default: LOCAL_QUORUM. */
  public S consistency(ConsistencyLevel level) {
    this.consistency = Objects.requireNonNull(level);
    return self();
  }

  /**
   * How long the driver waits for one request. Default: 2 minutes.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public S requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidSettingException(
          "requestTimeout", "requestTimeout is " + timeout + "; it takes a positive duration");
    }
    this.requestTimeout = timeout;
    return self();
  }

  /**
   * The largest number of times a request is sent when the cluster's failures may be temporary, 1
   * to 100. Default: 10, with pauses of about 40 s in all.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxAttempts(int attempts) {
    OperationSettings.requireBetween("maxAttempts", attempts, 1, 100);
    this.maxAttempts = attempts;
    return self();
  }

  /**
   * The driver's execution profile for all requests; settings of this request override it. Default:
   * the driver's default profile.
   */
  public S executionProfile(String name) {
    this.executionProfile = Objects.requireNonNull(name);
    return self();
  }

  /**
   * The share of the processors that this process may use while the operation runs: above 0, up to
   * 1 for all processors that the JVM sees. All threads of the process count, those of the driver,
   * the garbage collector and the application too. Threads that handle rows wait when the share is
   * used up, so that it holds on average over a few seconds, not in each second; planning and
   * commit are not held back. If the application alone uses more, the operation still handles one
   * page a second. Default: 1, no bound.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S maxCpuShare(double share) {
    this.resourceLimits = resourceLimits.withMaxCpuShare(share);
    return self();
  }

  /**
   * The hours in which the operation may send requests. When they end, it waits for the requests in
   * flight and pauses; when they begin again, it goes on within about a second. A paused job keeps
   * its claim in the job store, has the status RUNNING and can be stopped; stopping gives up what
   * its tasks have in flight. The few requests of the planning are sent at any hour. Default:
   * always.
   *
   * @see #onPause(PauseListener)
   */
  public S runWindow(RunWindow window) {
    this.resourceLimits = resourceLimits.withRunWindow(window);
    return self();
  }

  /**
   * The operation's share of the cluster beside other operations of the same operator, or of
   * operators that share a {@link io.ringhaul.limits.ResourceManager}, which states the rule.
   * Default: {@link JobPriority#NORMAL}.
   */
  public S priority(JobPriority priority) {
    this.resourceLimits = resourceLimits.withPriority(priority);
    return self();
  }

  /**
   * Called when the operation pauses by its {@link #runWindow} and when it goes on. An exception
   * from the listener is logged and does not disturb the operation. Default: no listener.
   */
  public S onPause(PauseListener listener) {
    this.pauseListener = Objects.requireNonNull(listener);
    return self();
  }

  /**
   * Whether parameters change while the operation runs: requests in flight, workers, page size or
   * batch size. Default: {@link TuningMode#ADVISE}, which changes nothing by itself and says what
   * would help.
   *
   * <p>With {@link TuningMode#ADAPT}, a parameter set on the request starts with that value and may
   * change; a parameter that is not set starts with the value that worked for an earlier job of the
   * same kind on the same table and cluster, if the job store has one. Limits are kept in every
   * mode.
   *
   * @see #onTuning(Consumer)
   */
  public S tuning(TuningMode mode) {
    this.tuning = tuning.in(mode);
    return self();
  }

  /**
   * Protects other clients of the cluster: a probe reads a random known partition of the table at
   * LOCAL_QUORUM, up to 100 times a second, and the operation keeps so few requests in flight that
   * the 99th percentile of the probe's latency stays below the bound; if one request is too many,
   * it sends none for a part of the time. It starts with one request and adds more while the probe
   * is fast. If the probe is slow without the operation too, the operation keeps one request in
   * flight for a sixteenth of the time. Works in every {@linkplain #tuning mode}. Default: no
   * probe.
   *
   * @param p99 the bound, 1 ms to 1 minute
   * @param over the period over which the percentile is taken, 1 s to 10 minutes
   * @throws InvalidSettingException if one is out of bounds
   */
  public S protectLatency(Duration p99, Duration over) {
    this.tuning = tuning.protecting(new LatencyBound(p99, over));
    return self();
  }

  /**
   * As {@link #protectLatency(Duration, Duration)}, with a probe of the caller, such as the request
   * that must stay fast.
   *
   * @param probe sends a request and does not wait for its answer; called up to 100 times a second
   *     on a thread of the operation
   */
  public S protectLatency(
      Duration p99, Duration over, Supplier<? extends CompletionStage<?>> probe) {
    this.tuning = tuning.probing(Objects.requireNonNull(probe));
    return protectLatency(p99, over);
  }

  /**
   * Called for each advice and each change of a parameter, and again when the effect of a change is
   * known, on a thread of the operation. Default: no listener.
   */
  public S onTuning(Consumer<TuningEntry> listener) {
    this.tuning = tuning.heardBy(Objects.requireNonNull(listener));
    return self();
  }

  /**
   * Called with the operation's figures once a second and once at the end: throughput, latency by
   * node, time spent in each stage, and what the process uses of its machine. Each call adds a
   * listener; listeners are called in the order in which they were added, on a thread of the
   * operation. An exception from a listener is logged once and does not disturb the operation.
   * Default: no listener.
   */
  public S onSample(SampleListener listener) {
    sampleListeners.add(Objects.requireNonNull(listener));
    return self();
  }

  /**
   * Called when a bottleneck begins and ends, and at the end of the operation with the bottleneck
   * that took most of its time. Each call adds a listener; listeners are called in the order in
   * which they were added. Default: no listener.
   */
  public S onBottleneck(BottleneckListener listener) {
    bottleneckListeners.add(Objects.requireNonNull(listener));
    return self();
  }

  /**
   * Takes no samples: no bottlenecks, no tuning while the operation runs, no telemetry in the job
   * store; progress is still reported. The job then takes no request for a profile or a change of a
   * parameter, and nothing is held back when the heap is nearly full. A {@link #runWindow}, a
   * {@link #priority} and {@link TuningMode#ADAPT} need samples and are refused together with this
   * setting when the operation starts; the other limits and {@code protectLatency} are kept.
   * Default: one sample a second.
   */
  public S withoutMonitoring() {
    this.unmonitored = true;
    return self();
  }

  /**
   * Called with the progress twice a second and once at the end, on a thread of the operation. An
   * exception from the listener is logged and does not disturb the operation. Default: no listener.
   */
  public S onProgress(Consumer<Progress> listener) {
    this.progressListener = Objects.requireNonNull(listener);
    return self();
  }

  /**
   * Skips the preflight checks. Default: before the first row, a few small requests check that the
   * role has the permissions and would not read masks instead of values, that the cluster's
   * guardrails allow the page size, the consistency level and the condition, and that the target
   * can be written and its disk has room. All problems are reported together in a {@link
   * io.ringhaul.exceptions.PreflightException}. The checks write nothing to the table.
   *
   * <p>Use it where a check is wrong, for example where masking was switched off but the role may
   * not read that setting.
   */
  public S skipPreflight() {
    this.skipsPreflight = true;
    return self();
  }

  /**
   * Runs the operation in the calling thread and waits for its end. An interrupt cancels the
   * operation.
   *
   * @throws InvalidSettingException if settings contradict each other
   * @throws BulkOperationException if the operation fails; it carries the figures reached
   */
  public R execute() {
    return operator.call(operation());
  }

  /**
   * Starts the operation in the background. Cancelling the future cancels the operation.
   *
   * @return completes with the result, or exceptionally with a {@link BulkOperationException}
   * @throws InvalidSettingException if settings contradict each other
   */
  public CompletableFuture<R> executeAsync() {
    return operator.start(operation());
  }

  /** The operation with a copy of the settings. */
  abstract BulkOperation<R> operation();

  abstract S self();

  /** For the resource limits that not every operation has. */
  final void limit(UnaryOperator<ResourceLimits> change) {
    this.resourceLimits = change.apply(resourceLimits);
  }

  /**
   * A copy of the settings.
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  final OperationSettings settings() {
    if (unmonitored) {
      requireNoSampleNeeded();
    }
    return new OperationSettings(
        keyspace,
        table,
        parallelism,
        taskCount,
        new RequestSettings(
                1,
                consistency,
                requestTimeout,
                maxAttempts,
                Optional.ofNullable(executionProfile),
                limits)
            .withBalancing(balancing),
        progressListener,
        unmonitored
            ? OperationSettings.Monitoring.NONE
            : new OperationSettings.Monitoring(
                true, List.copyOf(sampleListeners), List.copyOf(bottleneckListeners)),
        new OperationSettings.OperationLimits(resourceLimits, operator.resources(), pauseListener),
        unmonitored ? tuning.in(TuningMode.OFF) : tuning,
        operator.jobs(),
        skipsPreflight);
  }

  private void requireNoSampleNeeded() {
    String needsSamples =
        resourceLimits.runWindow().isPresent()
            ? "runWindow"
            : resourceLimits.priority() != JobPriority.NORMAL
                ? "priority"
                : tuning.mode() == TuningMode.ADAPT ? "tuning(ADAPT)" : "";
    if (!needsSamples.isEmpty()) {
      throw new InvalidSettingException(
          "withoutMonitoring",
          String.format(
              "withoutMonitoring and %s exclude each other, because %1$s needs samples; leave one"
                  + " of them out",
              needsSamples));
    }
  }

  static void requirePositive(String setting, long value) {
    if (value < 1) {
      throw new InvalidSettingException(
          setting, setting + " is " + value + "; it takes at least 1");
    }
  }
}
