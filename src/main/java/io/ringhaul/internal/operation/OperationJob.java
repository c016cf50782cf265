package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.UnstoredRun;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job of an operation, new or resumed. Sends a heartbeat to the job store every second and
 * learns from the answer whether the job is to stop. An operation without a job store has a job
 * that only this process knows.
 */
public final class OperationJob implements AutoCloseable {

  private static final Pattern ID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  private final @Nullable JobStore store;
  private final JobRun run;
  private final @Nullable Heartbeat heartbeat;
  private final Function<Setting, String> settingNames;
  private volatile BooleanSupplier endsGraceEarly = () -> false;

  private OperationJob(
      @Nullable JobStore store, JobRun run, Function<Setting, String> settingNames) {
    this.store = store;
    this.settingNames = settingNames;
    this.run = run;
    this.heartbeat = store == null ? null : new Heartbeat(run);
  }

  /**
   * The id of a request's job: the given id, or a new random id.
   *
   * @throws InvalidSettingException if the request resumes a job without an id: each run would
   *     start a new job
   */
  public static UUID id(@Nullable JobOptions options, @Nullable UUID named) {
    if (named == null && options != null && options.resumes()) {
      throw new InvalidSettingException(
          "resuming",
          "resuming() resumes a job by its id or name, and the request has none, so each run would"
              + " start a new job: call jobId(...), always with the same name, such as"
              + " jobId(\"orders of 2025-06-30\")");
    }
    return named == null ? UUID.randomUUID() : named;
  }

  /**
   * The id of the job with a name, or the id whose text the name is.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public static UUID id(String name) {
    String text = name.strip();
    if (text.isEmpty()) {
      throw new InvalidSettingException("jobId", "jobId is blank; it takes a name or a UUID");
    }
    return ID.matcher(text).matches()
        ? UUID.fromString(text)
        : UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The options with the name of a request, if they have none. */
  public static Optional<JobOptions> named(@Nullable JobOptions options, String name) {
    return Optional.ofNullable(options)
        .map(
            given ->
                given.name().isEmpty() && !ID.matcher(name).matches() ? given.named(name) : given);
  }

  /**
   * The stored job with this id if it is completed, so that nothing needs to run.
   *
   * @param options empty for an operation without a job store
   * @throws JobException if the store has the job and the options do not resume it, or if the
   *     stored job is a different one
   */
  static Optional<Job> completed(
      Optional<JobOptions> options, UUID id, JobKind kind, Map<String, String> fingerprint) {
    Optional<Job> stored = options.flatMap(its -> its.store().find(id));
    stored.ifPresent(job -> requireSame(job, options.orElseThrow(), kind, fingerprint));
    return stored.filter(job -> job.status() == JobStatus.COMPLETED);
  }

  /** Resets the job's progress if the store has the job and the options resume it. */
  static void forget(JobOptions options, UUID id) {
    if (options.resumes() && options.store().find(id).isPresent()) {
      options.store().reset(id);
    }
  }

  /**
   * Starts a run of the job and creates the job if the store does not have it.
   *
   * @param options empty for an operation without a job store
   * @param doing the default name of the job, such as {@code export store.orders}
   * @param fingerprint the parts that must not change between runs
   * @param settings the other settings, for display
   * @throws JobException if the store has the job and the options do not resume it, if the stored
   *     job is a different one, or if another process works on it
   */
  static OperationJob begin(
      Optional<JobOptions> options,
      UUID id,
      JobKind kind,
      String doing,
      Map<String, String> fingerprint,
      Map<String, String> settings) {
    return options
        .map(its -> begin(its, id, kind, doing, fingerprint, settings))
        .orElseGet(() -> new OperationJob(null, new UnstoredRun(id, kind, doing), Setting::method));
  }

  private static OperationJob begin(
      JobOptions options,
      UUID id,
      JobKind kind,
      String doing,
      Map<String, String> fingerprint,
      Map<String, String> settings) {
    JobStore store = options.store();
    Optional<Job> stored = store.find(id);
    if (stored.isPresent()) {
      requireSame(stored.get(), options, kind, fingerprint);
      if (!store.isDurable() && kind == JobKind.EXPORT) {
        // The failed run removed its files.
        store.reset(id);
      }
      JobDefinition before = stored.get().definition();
      if (before.isDraft()) {
        store.define(id, new JobDefinition(fingerprint, settings, options.command()));
      } else {
        boolean startsAnew = store.find(id).map(Job::status).equals(Optional.of(JobStatus.PENDING));
        // A job that starts anew has the current table, so earlier truncations do not matter.
        store.define(
            id,
            new JobDefinition(
                startsAnew ? fingerprint : before.fingerprint(), settings, before.command()));
      }
    } else {
      store.create(
          Job.pending(
              id,
              options.name().isEmpty() ? doing : options.name(),
              options.description(),
              options.labels(),
              kind,
              new JobDefinition(fingerprint, settings, options.command())));
    }
    return new OperationJob(store, JobRuns.of(store).begin(id), options.settingNames());
  }

  private static void requireSame(
      Job job, JobOptions options, JobKind kind, Map<String, String> fingerprint) {
    if (!options.resumes() && job.status() != JobStatus.PENDING) {
      throw new JobException(
          job.id(),
          String.format(
              "Job %s (%s) exists and is %s: resume it, or use another id",
              job.id(), job.name(), job.status()),
          null);
    }
    if (job.definition().isDraft() && job.kind() == kind) {
      // Created from a command only; this is its first run.
      return;
    }
    Map<String, String> before = new TreeMap<>(job.definition().fingerprint());
    Map<String, String> now = new TreeMap<>(fingerprint);
    before.put("kind", job.kind().name());
    now.put("kind", kind.name());
    String differences =
        TableFingerprint.differences(
            hasWorkToLose(job, options) ? before : TableFingerprint.withoutTruncation(before), now);
    if (differences.isEmpty()) {
      return;
    }
    throw new JobException(
        job.id(),
        String.format(
            "Job %s cannot be resumed because it has changed: %s. Resume it with its"
                + " original settings, or begin a new job",
            job.id(), differences),
        null);
  }

  private String messageOf(Throwable failure) {
    return failure instanceof BulkOperationException known
        ? known.message(settingNames)
        : String.valueOf(failure.getMessage());
  }

  /** Whether a run of the job continues from the progress of earlier runs. */
  private static boolean hasWorkToLose(Job job, JobOptions options) {
    return switch (job.status()) {
      case PENDING, COMPLETED -> false;
      case RUNNING, STOPPING, STOPPED, FAILED ->
          // A count begins anew.
          job.kind() != JobKind.COUNT
              && (options.store().isDurable() || job.kind() != JobKind.EXPORT);
    };
  }

  /** This job; empty for an operation without a job store. */
  Optional<OperationJob> stored() {
    return store == null ? Optional.empty() : Optional.of(this);
  }

  /** The store for the telemetry of a {@linkplain #stored() stored} job. */
  JobTelemetry telemetry() {
    return JobTelemetry.of(Objects.requireNonNull(store));
  }

  /** The current run, which is the only one allowed to change the job. */
  JobRun run() {
    return run;
  }

  public UUID id() {
    return run.job().id();
  }

  /** Whether finished tasks survive this process, so that a failed operation keeps them. */
  boolean isDurable() {
    return store != null && store.isDurable();
  }

  /**
   * Whether the job is to start no more tasks.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if another process owns the job now, or
   *     if the job's store cannot be reached
   */
  boolean isStopping() {
    return heartbeat != null && heartbeat.isStopping();
  }

  /** Whether the grace period of a stop has passed, so that running tasks are to be abandoned. */
  boolean isOverdue() {
    return heartbeat != null
        && (heartbeat.isOverdue() || (endsGraceEarly.getAsBoolean() && heartbeat.isStopping()));
  }

  /** Sets a condition that ends the grace period of a stop early. */
  void endGraceWhen(BooleanSupplier isUrgent) {
    this.endsGraceEarly = isUrgent;
  }

  /**
   * Runs the operation and stores its outcome. Planning, the work, and closing all parts are within
   * the work, because a failure of each of them is a failure of the job.
   *
   * @param work returns after all threads of the operation have ended
   */
  <T> T running(Supplier<T> work) {
    T result;
    try {
      result = work.get();
    } catch (JobStoppedException | OperationCancelledException e) {
      storeEnd(e, run::stopped);
      throw e;
    } catch (OutOfMemoryError e) {
      BulkOperationException told = Failures.outOfMemory(e, "The operation");
      storeEnd(told, () -> run.failed(String.valueOf(told.getMessage())));
      throw told;
    } catch (Throwable e) {
      storeEnd(e, () -> run.failed(messageOf(e)));
      throw e;
    }
    try {
      storeOutcome(run::completed);
    } catch (BulkOperationException e) {
      throw e.withNote("all tasks are finished, and resuming job " + id() + " returns the result");
    }
    return result;
  }

  /** Stores the end of a failed run. If that fails too, adds the second failure as suppressed. */
  private static void storeEnd(Throwable failure, Runnable end) {
    try {
      storeOutcome(end);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** The thread of a cancelled operation is interrupted, and pools of connections refuse it. */
  private static void storeOutcome(Runnable outcome) {
    Uninterrupted.call(
        "Storing the outcome",
        () -> {
          outcome.run();
          return outcome;
        });
  }

  /** How to continue after a failure, for messages. */
  String remedy() {
    return isDurable()
        ? "Finished tasks are kept: resume job " + id()
        : "No finished task was kept; run the operation again";
  }

  @Override
  public void close() {
    try (run;
        Heartbeat ends = heartbeat) {
      // Closes the heartbeat, then the run.
    }
  }

  /**
   * Sends a heartbeat to the job's store every second and keeps the answer: whether the job is to
   * stop, or whether another process owns the job now.
   */
  static final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final long PERIOD_MILLIS = 1_000;

    /** Shorter than the 10 s that service managers typically wait before they kill a process. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** Shorter than the time after which another machine may take over the job. */
    private static final Duration GIVES_UP_AFTER = Duration.ofSeconds(30);

    private final JobRun run;
    private final Duration longestSilence;
    private final ScheduledExecutorService clock;
    private volatile long answered = System.nanoTime();
    private long stopAsked;
    private volatile boolean stopping;
    private volatile @Nullable BulkOperationException failure;

    Heartbeat(JobRun run) {
      this(run, GIVES_UP_AFTER);
    }

    /**
     * @param longestSilence how long the store may fail to answer
     */
    Heartbeat(JobRun run, Duration longestSilence) {
      this.run = run;
      this.longestSilence = longestSilence;
      this.clock = Background.clock("ringhaul-job");
      clock.scheduleWithFixedDelay(
          Background.lasting("A heartbeat to the job's store", this::beat),
          PERIOD_MILLIS,
          PERIOD_MILLIS,
          TimeUnit.MILLISECONDS);
    }

    private void beat() {
      try {
        answer(run.beat());
      } catch (StorageException e) {
        noAnswer(e);
      } catch (BulkOperationException e) {
        fail(e);
      } catch (RuntimeException e) {
        fail(new BulkOperationException("The job's store failed: " + e, e));
      }
    }

    private synchronized void answer(boolean stop) {
      answered = System.nanoTime();
      if (stop && !stopping) {
        stopping = true;
        stopAsked = answered;
      }
    }

    /** A short outage of the store must not end an operation of hours. */
    private synchronized void noAnswer(StorageException e) {
      if (isSilent()) {
        fail(e);
      } else {
        LOG.warn("The job's store did not answer; the heartbeat is sent again: {}", e.getMessage());
      }
    }

    private synchronized void fail(BulkOperationException e) {
      failure = e;
    }

    /** See {@link OperationJob#isStopping()}. */
    boolean isStopping() {
      // Called for each row, so the normal case takes no lock.
      return (failure != null || stopping || isSilent()) && isStoppingNow();
    }

    private boolean isSilent() {
      return System.nanoTime() - answered > longestSilence.toNanos();
    }

    private synchronized boolean isStoppingNow() {
      BulkOperationException met = failure;
      if (met instanceof JobException) {
        throw new JobException(run.job().id(), String.valueOf(met.getMessage()), met);
      }
      if (met != null) {
        throw new BulkOperationException(String.valueOf(met.getMessage()), met);
      }
      if (isSilent()) {
        // A hanging heartbeat reports no failure, and to other processes the job looks dead.
        throw new BulkOperationException(
            "The job's store has not answered for " + longestSilence.toSeconds() + " s");
      }
      return stopping;
    }

    /** See {@link OperationJob#isOverdue()}. */
    synchronized boolean isOverdue() {
      return isStopping() && System.nanoTime() - stopAsked > GRACE.toNanos();
    }

    @Override
    public void close() {
      clock.shutdown();
      // A heartbeat in progress must end, best without an interrupt, before the run is closed.
      Background.awaitEnd(clock, Duration.ofMillis(PERIOD_MILLIS));
    }
  }
}
