package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.limits.JobControls;
import io.ringhaul.internal.limits.ManagedJob;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.request.NodeNames;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.internal.telemetry.BottleneckDetector;
import io.ringhaul.internal.telemetry.BottleneckRecorder;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.internal.telemetry.MonitoredOperation;
import io.ringhaul.internal.telemetry.NeighbourPoll;
import io.ringhaul.internal.telemetry.OperationCondition;
import io.ringhaul.internal.telemetry.PerformanceMonitor;
import io.ringhaul.internal.telemetry.RequestPoll;
import io.ringhaul.internal.telemetry.TelemetryRecorder;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The common parts of every running operation: senders, limits, tuning, monitoring, progress, and
 * the handling of its end. Closing closes all parts in reverse order of opening.
 *
 * <p>Order of calls: {@link #sender} and {@link #owns} for the senders, {@link #start} with the
 * tunable parameters, {@link #run} for the work.
 */
final class RunningOperation implements MonitoredOperation, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningOperation.class);
  private static final long PROGRESS_MILLIS = 500;
  private static final Duration PROGRESS_END = Duration.ofSeconds(10);

  /** The work of an operation; an interrupt cancels it. */
  @FunctionalInterface
  interface Work<T> {
    T call() throws InterruptedException;
  }

  /** What an operation does after its work has failed or was cancelled. */
  @FunctionalInterface
  interface Ending {

    /** What the operation leaves behind, for the message. */
    String whatStays();

    /**
     * Undoes or keeps what was done so far. Default: nothing.
     *
     * @param failure takes further failures as suppressed
     * @return whether the message of the failure needs {@link #whatStays}
     */
    default boolean giveUp(Throwable failure) {
      return false;
    }
  }

  private final OperationSettings settings;
  private final OperationSubject subject;
  private final ProgressMeter meter;
  private final OperationMetrics metrics;
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final List<RequestSender> senders = new ArrayList<>();
  private OperationParameters parameters = new OperationParameters();
  private @Nullable OperationTuning tuning;
  private LongConsumer pageCeiling = bytes -> {};
  private @Nullable LongSupplier queued;
  private Optional<Path> folder = Optional.empty();
  private @Nullable OperationCondition condition;
  private volatile Supplier<List<Bottleneck>> bottlenecks = List::of;

  RunningOperation(
      OperationSettings settings,
      OperationSubject subject,
      ProgressMeter meter,
      OperationMetrics metrics) {
    this.settings = settings;
    this.subject = subject;
    this.meter = meter;
    this.metrics = metrics;
  }

  /** Opens a sender for the operation; the first sender's requests in flight are tuned. */
  RequestSender sender(RequestSettings requests) {
    RequestSender sender = new RequestSender(subject.session(), requests, metrics);
    owns(sender, sender::close);
    return sender;
  }

  /** Takes over a sender together with the step that closes it. */
  void owns(RequestSender sender, Runnable closer) {
    senders.add(sender);
    closers.push(closer);
  }

  /** Lets the resource manager bound the bytes of a page. Default: an operation without pages. */
  RunningOperation pages(LongConsumer ceiling) {
    this.pageCeiling = ceiling;
    return this;
  }

  /** The number of rows waiting to be sent. Default: the rows that wait in the tasks. */
  RunningOperation queue(LongSupplier rows) {
    this.queued = rows;
    return this;
  }

  /** The local folder that the operation writes to. Default: none. */
  RunningOperation writesTo(Optional<Path> localFolder) {
    this.folder = localFolder;
    return this;
  }

  /**
   * Starts limits, tuning, progress and monitoring.
   *
   * @param tunable the parameters that may change while the operation runs
   */
  void start(OperationParameters tunable) {
    parameters = tunable.rates(List.copyOf(senders));
    ManagedJob managed = manage();
    closers.push(managed::close);
    OperationTuning tunes =
        OperationTuning.open(settings, subject, parameters, senders.get(0), managed);
    tuning = tunes;
    OperationCondition judge =
        new OperationCondition(
            subject.work(), this::limits, this::nodes, managed::pause, () -> bottlenecks.get());
    condition = judge;
    closers.push(tunes::close);
    List<SampleListener> reacting = new ArrayList<>(List.of(tunes, managed));
    subject
        .job()
        .ifPresent(
            job -> {
              job.endGraceWhen(managed::isCutShort);
              RequestPoll poll = new RequestPoll(job.id(), job.telemetry(), tunes::asked);
              closers.push(poll::close);
              reacting.add(poll);
            });
    startProgress();
    if (settings.monitoring().isOn()) {
      startMonitoring(reacting, judge);
    }
  }

  private OperationCondition.Limits limits() {
    RequestSender sender = senders.get(0);
    Optional<LatencyBound> latency = settings.tuning().bound();
    return new OperationCondition.Limits(
        sender.limits(),
        settings.limits().limits().maxCpuShare(),
        latency.isPresent()
            ? OptionalLong.of(latency.get().p99().toMillis())
            : OptionalLong.empty(),
        parameters.isAsked(Tunable.IN_FLIGHT)
            || (tuning != null && tuning.isChanged(Tunable.IN_FLIGHT)),
        sender.boundedBy());
  }

  private OperationCondition.Nodes nodes() {
    List<Node> all = senders.get(0).nodes();
    return new OperationCondition.Nodes(
        all.size(),
        all.stream()
            .filter(node -> node.getOpenConnections() == 0)
            .map(NodeNames::of)
            .sorted()
            .toList());
  }

  private ManagedJob manage() {
    OperationSettings.OperationLimits limits = settings.limits();
    return limits
        .manager()
        .manage(
            limits.limits(),
            new JobControls(
                subject.title(),
                subject.session().getMetadata().getNodes().keySet(),
                List.copyOf(senders),
                pageCeiling,
                // An operation without a job can be stopped only by an interrupt.
                () -> subject.job().map(OperationJob::isStopping).orElse(false),
                limits.pauses()));
  }

  /** Called before the monitor starts, so that the last progress report comes after all else. */
  private void startProgress() {
    ScheduledExecutorService clock = Background.clock("ringhaul-progress");
    clock.scheduleAtFixedRate(
        Background.lasting("A progress report", this::reportProgress),
        0,
        PROGRESS_MILLIS,
        TimeUnit.MILLISECONDS);
    closers.push(
        () -> {
          clock.shutdown();
          // The last report must not overtake a report that is still running.
          if (Background.awaitEnd(clock, PROGRESS_END)) {
            reportProgress();
          }
        });
  }

  private void reportProgress() {
    try {
      settings.progressListener().accept(progress());
    } catch (RuntimeException e) {
      LOG.warn("The progress listener failed; the operation continues", e);
    }
  }

  /** The listeners in the order in which they see a sample. */
  private void startMonitoring(List<SampleListener> reacting, OperationCondition judge) {
    Optional<OperationJob> job = subject.job();
    List<SampleListener> listeners = new ArrayList<>();
    job.ifPresent(
        its -> {
          TelemetryRecorder recorder =
              new TelemetryRecorder(its.telemetry(), its.id(), judge::overall);
          closers.push(recorder::close);
          listeners.add(recorder);
        });
    JobsUnderWay.Registration registration =
        settings.jobs().enter(subject.name(), job.map(OperationJob::id));
    job.ifPresent(its -> listeners.add(new NeighbourPoll(its.id(), its.telemetry(), registration)));
    BottleneckDetector detector =
        new BottleneckDetector(
            subject.work(),
            settings.requests().limits(),
            registration,
            settings.monitoring().bottlenecks());
    closers.push(() -> judge.overall().ifPresent(detector::limitedBy));
    bottlenecks = detector::bottlenecks;
    closers.push(detector::close);
    listeners.add(detector);
    job.ifPresent(
        its -> {
          BottleneckRecorder recorder = new BottleneckRecorder(its.telemetry(), its.id(), detector);
          closers.push(() -> close(recorder));
          listeners.add(recorder);
        });
    listeners.addAll(settings.monitoring().samples());
    // Last, because the reaction to a sample shows in the next sample.
    listeners.addAll(reacting);
    closers.push(PerformanceMonitor.start(this, listeners)::close);
  }

  /** Logs a failure to store bottlenecks, which must not fail the operation. */
  private static void close(BottleneckRecorder recorder) {
    try {
      recorder.close();
    } catch (BulkOperationException e) {
      LOG.warn("The end of the bottlenecks could not be stored: {}", e.getMessage());
    }
  }

  /**
   * Runs the work. If it fails, the ending follows, and the exception gets the figures reached so
   * far. If it succeeds, the job store keeps the tuned parameters for the next operation of the
   * same kind. The outcome is stored last, after all parts are closed: see {@link
   * OperationJob#running}.
   */
  <T> T run(Ending ending, Work<T> work) {
    T result;
    try {
      result = workOrGiveUp(ending, work);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw withSuppressed(
          new OperationCancelledException(
              subject.doing() + " was cancelled; " + ending.whatStays(), totals()),
          e);
    } catch (BulkOperationException e) {
      // A part in another process has a result, and its message says already what failed.
      if (e.getClass() != BulkOperationException.class || e.partialResult().isPresent()) {
        throw e.withPartialResult(totals());
      }
      throw withSuppressed(
          new BulkOperationException(
              subject.doing() + " failed. " + e.message(Setting::mark),
              e.getCause(),
              totals(),
              List.of()),
          e);
    }
    meter.ended();
    if (tuning != null) {
      tuning.succeeded();
    }
    return result;
  }

  private <T> T workOrGiveUp(Ending ending, Work<T> work) throws InterruptedException {
    try {
      return work.call();
    } catch (Throwable e) {
      boolean needsMore = giveUp(subject.name(), ending, e);
      if (needsMore && e instanceof BulkOperationException known) {
        throw known.withNote(ending.whatStays());
      }
      throw e;
    }
  }

  /**
   * Gives up after a failure. An interrupt, which may be the failure, takes effect afterwards:
   * files are removed while they can be, and what fails besides is suppressed by the failure.
   *
   * @return as {@link Ending#giveUp}
   */
  static boolean giveUp(String operation, Ending ending, Throwable failure) {
    try {
      return Uninterrupted.call("Ending " + operation, () -> ending.giveUp(failure));
    } catch (RuntimeException | Error further) {
      failure.addSuppressed(further);
      return false;
    }
  }

  /** The suppressed exceptions, such as rows in doubt, move to the exception that is thrown. */
  private static BulkOperationException withSuppressed(
      BulkOperationException failed, Exception original) {
    for (Throwable suppressed : original.getSuppressed()) {
      failed.addSuppressed(suppressed);
    }
    return failed;
  }

  /**
   * Fails if ranges could not be read.
   *
   * @param remedy what to do after the nodes have recovered
   */
  void requireComplete(List<FailedRange> failed, String remedy) {
    if (failed.isEmpty()) {
      return;
    }
    OperationTotals totals = totals();
    throw new IncompleteOperationException(
        String.format(
            "%s is incomplete: %d of %d token ranges could not be read, nothing was committed. The"
                + " first is %s. Check the nodes that hold them and %s",
            subject.doing(), failed.size(), totals.rangesPlanned(), failed.get(0), remedy),
        null,
        totals,
        failed);
  }

  /** The operation at the start of a message. */
  String doing() {
    return subject.doing();
  }

  OperationTotals totals() {
    return meter.totals(retries());
  }

  @Override
  public OperationMetrics metrics() {
    return metrics;
  }

  @Override
  public Progress progress() {
    if (condition == null) {
      return meter.progress().withRequests(inFlight(), retries(), unanswered());
    }
    return condition.at(
        meter.progress(condition.still()).withRequests(inFlight(), retries(), unanswered()));
  }

  @Override
  public Progress judged(Sample sample) {
    return condition == null ? sample.progress() : condition.sampled(sample);
  }

  @Override
  public int inFlight() {
    return senders.stream().mapToInt(RequestSender::inFlight).sum();
  }

  @Override
  public int inFlightBound() {
    return senders.get(0).inFlightBound();
  }

  /**
   * How long the cluster has answered none of the requests in flight; zero if there are none, for
   * example while the operation is paused.
   */
  private Duration unanswered() {
    return senders.stream()
        .filter(sender -> sender.inFlight() > 0)
        .map(RequestSender::unanswered)
        .min(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  @Override
  public long retries() {
    return senders.stream().mapToLong(RequestSender::retries).sum();
  }

  @Override
  public long queued() {
    return queued == null ? MonitoredOperation.super.queued() : queued.getAsLong();
  }

  @Override
  public Optional<Path> folder() {
    return folder;
  }

  @Override
  public List<Tunable> tunables() {
    return parameters.tunables();
  }

  /** Closes everything that was opened, even if closing some of it fails. */
  @Override
  public void close() {
    Throwable failure = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
