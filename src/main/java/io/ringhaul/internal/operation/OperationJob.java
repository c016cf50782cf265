package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.JobTelemetry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job of an operation: made for it, or taken up from its store. It says every second that this
 * process lives, and hears whether it is to stop.
 */
public final class OperationJob implements AutoCloseable {

  private final JobStore store;
  private final JobRun run;
  private final Heartbeat heartbeat;
  private final Function<Setting, String> settingNames;
  private volatile BooleanSupplier haste = () -> false;

  private OperationJob(JobStore store, JobRun run, Function<Setting, String> settingNames) {
    this.store = store;
    this.settingNames = settingNames;
    this.run = run;
    this.heartbeat = new Heartbeat(run);
  }

  /**
   * The id of a request's job: the one that was named, or a new random one.
   *
   * @throws InvalidSettingException if a job is to be resumed and none was named: each run would
   *     begin another one
   */
  public static UUID id(@Nullable JobOptions options, @Nullable UUID named) {
    if (named == null && options != null && options.resumes()) {
      throw new InvalidSettingException(
          "resuming",
          "resuming() takes a job up by its id, and the request names none, so that each run would"
              + " begin another job: call jobId(...), always with the same id");
    }
    return named == null ? UUID.randomUUID() : named;
  }

  /**
   * The job of that id if it is completed: there is nothing to run then.
   *
   * @throws JobException if the store has the job and it is not to be taken up, or if it is another
   */
  static Optional<Job> completed(
      JobOptions options, UUID id, JobKind kind, Map<String, String> fingerprint) {
    Optional<Job> stored = options.store().find(id);
    stored.ifPresent(job -> requireSame(job, options, kind, fingerprint));
    return stored.filter(job -> job.status() == JobStatus.COMPLETED);
  }

  /** Forgets what the job has done, if the store has it and it may be taken up. */
  static void forget(JobOptions options, UUID id) {
    if (options.resumes() && options.store().find(id).isPresent()) {
      options.store().reset(id);
    }
  }

  /**
   * Begins a run of the job, which is stored if the store does not have it.
   *
   * @param doing what the job is called unless it has a name, such as {@code export store.orders}
   * @param fingerprint what must not change from run to run
   * @param settings the other settings, for people
   * @throws JobException if the store has the job and it is not to be taken up, if it is another
   *     one, or if another process works on it
   */
  static OperationJob begin(
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
        // What a failed one has done was removed.
        store.reset(id);
      }
      JobDefinition before = stored.get().definition();
      if (before.isDraft()) {
        store.define(id, new JobDefinition(fingerprint, settings, options.command()));
      } else if (store.find(id).map(Job::status).equals(Optional.of(JobStatus.PENDING))) {
        // It begins with the table as it is now, whenever that was truncated.
        store.define(id, new JobDefinition(fingerprint, before.settings(), before.command()));
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
    return new OperationJob(store, store.begin(id), options.settingNames());
  }

  private static void requireSame(
      Job job, JobOptions options, JobKind kind, Map<String, String> fingerprint) {
    if (!options.resumes() && job.status() != JobStatus.PENDING) {
      throw new JobException(
          job.id(),
          String.format(
              "Job %s (%s) exists and is %s: resume it, or name another id",
              job.id(), job.name(), job.status()),
          null);
    }
    if (job.definition().isDraft() && job.kind() == kind) {
      // Made of a command alone, and run for the first time.
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
            "Job %s cannot be resumed, because it is not the same any more: %s. Resume it as it was"
                + " begun, or begin a new job",
            job.id(), differences),
        null);
  }

  private String words(Throwable failure) {
    return failure instanceof BulkOperationException known
        ? known.message(settingNames)
        : String.valueOf(failure.getMessage());
  }

  /** Whether a run of the job goes on from what earlier ones did with the rows of the table. */
  private static boolean hasWorkToLose(Job job, JobOptions options) {
    return switch (job.status()) {
      case PENDING, COMPLETED -> false;
      case RUNNING, STOPPING, STOPPED, FAILED ->
          options.store().isDurable() || job.kind() == JobKind.IMPORT;
    };
  }

  /** Where what is learned of the job while it runs is kept. */
  JobTelemetry telemetry() {
    return store.telemetry();
  }

  /** The right to change the job. */
  JobRun run() {
    return run;
  }

  public UUID id() {
    return run.job().id();
  }

  /** Whether what is done survives this process, so that it is kept when the operation fails. */
  boolean isDurable() {
    return store.isDurable();
  }

  /**
   * Whether the job is to begin nothing more.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the job is no longer this process's,
   *     or if its store cannot be reached
   */
  boolean isStopping() {
    return heartbeat.isStopping();
  }

  /** Whether it was to stop long enough ago for what is in flight to be given up. */
  boolean isOverdue() {
    return heartbeat.isOverdue() || (haste.getAsBoolean() && heartbeat.isStopping());
  }

  /** What else than time has what is in flight given up when the job is to stop. */
  void givesUpWhen(BooleanSupplier isUrgent) {
    this.haste = isUrgent;
  }

  /**
   * Runs the operation, and stores how it ended.
   *
   * @param work ends when nothing of the operation runs any more
   */
  <T> T running(Supplier<T> work) {
    T result;
    try {
      result = work.get();
    } catch (JobStoppedException | OperationCancelledException e) {
      store(e, run::stopped);
      throw e;
    } catch (OutOfMemoryError e) {
      BulkOperationException told = Failures.outOfMemory(e, "The operation");
      store(told, () -> run.failed(String.valueOf(told.getMessage())));
      throw told;
    } catch (Throwable e) {
      store(e, () -> run.failed(words(e)));
      throw e;
    }
    try {
      run.completed();
    } catch (BulkOperationException e) {
      throw e.withNote("all is done, and resuming job " + id() + " finds it so");
    }
    return result;
  }

  /** The failure stays the one that is reported, whatever the store says. */
  private static void store(Throwable failure, Runnable end) {
    try {
      end.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** How the job goes on after a failure, for people; nothing for one that cannot. */
  String remedy() {
    return isDurable()
        ? "What is done is kept: resume job " + id()
        : "Nothing of it was kept; run it again";
  }

  @Override
  public void close() {
    try (run) {
      heartbeat.close();
    }
  }

  /**
   * Tells a job's store every second that this process lives. What the store answers is kept:
   * whether the job is to stop, or that it is another process's by now.
   */
  static final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final long PERIOD_MILLIS = 1_000;

    /** Service managers kill what has not ended ten seconds after they asked. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** Before another machine may take the job for dead. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final JobRun run;
    private final Duration silence;
    private final ScheduledExecutorService clock;
    private volatile long answered = System.nanoTime();
    private long stopAsked;
    private volatile boolean stopping;
    private volatile @Nullable BulkOperationException failure;

    Heartbeat(JobRun run) {
      this(run, SILENCE);
    }

    /**
     * @param silence how long the store may be away
     */
    Heartbeat(JobRun run, Duration silence) {
      this.run = run;
      this.silence = silence;
      this.clock = Background.clock("ringhaul-job");
      clock.scheduleWithFixedDelay(
          Background.lasting("A word to the job's store", this::beat),
          PERIOD_MILLIS,
          PERIOD_MILLIS,
          TimeUnit.MILLISECONDS);
    }

    private void beat() {
      try {
        answer(run.beat());
      } catch (StorageException e) {
        silence(e);
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

    /** A store that is away for a moment is no reason to end hours of work. */
    private synchronized void silence(StorageException e) {
      if (isSilent()) {
        fail(e);
      } else {
        LOG.warn("The job's store did not answer and is asked again: {}", e.getMessage());
      }
    }

    private synchronized void fail(BulkOperationException e) {
      failure = e;
    }

    /** See {@link OperationJob#isStopping()}. */
    boolean isStopping() {
      // Asked for each row: without the lock as long as all is well.
      return (failure != null || stopping || isSilent()) && isStoppingNow();
    }

    private boolean isSilent() {
      return System.nanoTime() - answered > silence.toNanos();
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
        // A beat that hangs says nothing, and who looks at the job sees a dead process.
        throw new BulkOperationException(
            "The job's store has not answered for " + silence.toSeconds() + " s");
      }
      return stopping;
    }

    /** See {@link OperationJob#isOverdue()}. */
    synchronized boolean isOverdue() {
      return isStopping() && System.nanoTime() - stopAsked > GRACE.toNanos();
    }

    @Override
    public void close() {
      clock.shutdownNow();
      // A beat under way must not meet a run that is closed.
      Background.awaitEnd(clock, Duration.ofMillis(PERIOD_MILLIS));
    }
  }
}
