package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.cli.jobs.StoredProgress;
import io.ringhaul.format.CommitResult;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.operation.JobSubject;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Progress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a person wants to know about a stored job; each fact is a text. */
final class JobFacts {

  /** A fact that is unknown, or that the job does not have. */
  static final String NONE = "-";

  private final Job job;
  private final Instant now;
  private final JobSubject subject;
  private final Optional<StoredProgress> stored;
  private final Optional<Progress> progress;

  private JobFacts(Job job, Instant now, Optional<StoredProgress> stored) {
    this.job = job;
    this.now = now;
    this.subject = JobSubject.of(job);
    this.stored = stored;
    this.progress = stored.map(StoredProgress::progress);
  }

  static JobFacts of(JobStore store, Job job, Instant now) {
    return new JobFacts(job, now, StoredProgress.of(store, job, now));
  }

  /** The current progress; empty if the job does not run. */
  Optional<Progress> progress() {
    return progress;
  }

  /** The current progress as an object for JSON; empty if the job does not run. */
  Optional<Map<String, @Nullable Object>> progressFacts() {
    return stored.map(StoredProgress::facts);
  }

  /** The status; {@code interrupted} if the job's process gave no sign of life for a minute. */
  String status() {
    return isInterrupted() ? "interrupted" : JobDescription.status(job, now);
  }

  private boolean isInterrupted() {
    return JobDescription.status(job, now).equals(JobDescription.CUT_OFF);
  }

  /** Such as {@code store.orders}. */
  String table() {
    return subject
        .table()
        .map(table -> subject.keyspace().map(keyspace -> keyspace + ".").orElse("") + table)
        .orElse(NONE);
  }

  /** Where its files are, such as {@code csv in /data/orders}. */
  Optional<String> files() {
    return subject
        .location()
        .map(location -> subject.format().map(format -> format + " in ").orElse("") + location);
  }

  /** The completed share, rounded down. */
  String done() {
    if (job.status() == JobStatus.COMPLETED) {
      return "100 %";
    }
    if (progress.isEmpty() && job.figures().partitions() == 0) {
      return NONE;
    }
    double share =
        progress
            .map(Progress::completed)
            .orElseGet(() -> (double) job.figures().done() / job.figures().partitions());
    return (int) (share * 100) + " %";
  }

  /** Those of running tasks too, while the job runs. */
  String rows() {
    long rows = progress.map(Progress::rows).orElse(0L);
    return String.format(Locale.ROOT, "%,d", Math.max(rows, job.figures().rows()));
  }

  /** The current rate; that of a completed job is a mean. */
  String rate() {
    OptionalDouble rate =
        progress
            .map(each -> OptionalDouble.of(stalled(each) ? 0 : each.rowsPerSecond()))
            .orElseGet(job::rowsPerSecond);
    return rate.isPresent() ? String.format(Locale.ROOT, "%,.0f", rate.getAsDouble()) : NONE;
  }

  private static boolean stalled(Progress progress) {
    return progress.health().state() == Health.State.STALLED;
  }

  /** The time spent in its runs. */
  String took() {
    return job.runStarted().isPresent() ? Figures.wholeSeconds(job.runTime()) : NONE;
  }

  /** When the current or last run continued the job; empty if that was the first run. */
  Optional<Instant> resumed() {
    return job.runStarted().filter(start -> !job.started().equals(Optional.of(start)));
  }

  /** The end of the last run; empty while the job runs. */
  Optional<Instant> ended() {
    return job.status().isWorking() ? Optional.empty() : job.completed();
  }

  /** The result of the job, or its health while it runs, in a few words. */
  String outcome() {
    if (progress.isPresent()) {
      Progress current = progress.get();
      return current
          .remaining()
          .map(left -> Figures.wholeSeconds(left) + " left")
          .map(left -> Stream.of(left, ProgressLines.state(current, now)))
          .orElseGet(() -> Stream.of(ProgressLines.state(current, now)))
          .filter(text -> !text.isEmpty())
          .collect(Collectors.joining("; "));
    }
    if (isInterrupted()) {
      return job.owner()
          .map(
              owner ->
                  String.format(
                      Locale.ROOT,
                      "process %d on %s has not reported since %s",
                      owner.pid(),
                      owner.host(),
                      local("HH:mm:ss", owner.lastSeen())))
          .orElse("");
    }
    return job.error()
        .filter(error -> job.status() == JobStatus.FAILED)
        .or(this::made)
        .or(this::files)
        .orElse("");
  }

  /** What a completed export made, such as {@code 8 files, 4.2 MB in /data/orders}. */
  Optional<String> made() {
    return subject
        .committed()
        .map(
            made ->
                Figures.count(made.files(), "file", "files")
                    + ", "
                    + Figures.roundedSize(made.fileBytes())
                    + " in "
                    + made.location()
                    + snapshot(made));
  }

  private static String snapshot(CommitResult made) {
    return made.snapshotId().isPresent() ? ", snapshot " + made.snapshotId().getAsLong() : "";
  }

  /** What limited the job for most of its time; empty if unknown. */
  Optional<String> limitedBy(JobStore store) {
    return StoredCondition.read(JobTelemetry.of(store).latest(job.id(), MetricKind.PERFORMANCE))
        .overall()
        .filter(factor -> factor.kind() != LimitingFactor.Kind.NOTHING)
        .map(OptionNames::mostOfTheTime);
  }

  /** A local time with its zone. */
  static String moment(Instant moment) {
    return local("yyyy-MM-dd HH:mm:ss zzz", moment);
  }

  /** A local time for a table. */
  static String shortMoment(Optional<Instant> moment) {
    return moment.map(each -> local("yyyy-MM-dd HH:mm", each)).orElse(NONE);
  }

  private static String local(String pattern, Instant moment) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
        .withZone(ZoneId.systemDefault())
        .format(moment);
  }
}
