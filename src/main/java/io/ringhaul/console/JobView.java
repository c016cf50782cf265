package io.ringhaul.console;

import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.internal.operation.JobSubject;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job.
 *
 * @param labels the users' labels, without Ringhaul's own, which can name thousands of files
 * @param alive true if the process of the job is alive
 * @param runStarted the start of the current or last run
 * @param runSeconds the time spent in all runs, without the time between them
 * @param run the number of runs
 * @param fingerprint the settings that must not change between runs; long values are omitted in
 *     lists
 * @param command the arguments that created the job; empty for a job of application code
 * @param subject what the job reads and writes
 * @param result what the job made; null before it has completed
 * @param live the current figures while the job runs; in lists without stages, nodes and settings
 */
record JobView(
    String id,
    String name,
    String description,
    Map<String, String> labels,
    JobKind kind,
    JobStatus status,
    boolean alive,
    String created,
    @Nullable String started,
    @Nullable String runStarted,
    @Nullable String completed,
    double runSeconds,
    int run,
    Figures figures,
    @Nullable String error,
    @Nullable Owner owner,
    Map<String, String> fingerprint,
    Map<String, String> settings,
    List<String> command,
    Subject subject,
    @Nullable ResultView result,
    @Nullable LiveView live) {

  /**
   * Longest value of the fingerprint in lists, in characters. A source can have thousands of files,
   * and every client receives the list.
   */
  private static final int LONGEST_PART = 1_000;

  /**
   * The progress of a job by its completed partitions.
   *
   * @param totalRows rows and rejected rows of the whole job; null until the job has completed,
   *     because neither a cluster nor most sources tell them earlier
   */
  record Figures(
      int partitions,
      int done,
      int failed,
      long rows,
      long rejectedRows,
      @Nullable Long totalRows) {

    private static Figures of(Job job) {
      JobFigures figures = job.figures();
      return new Figures(
          figures.partitions(),
          figures.done(),
          figures.failed(),
          figures.rows(),
          figures.rejectedRows(),
          job.status() == JobStatus.COMPLETED ? figures.rows() + figures.rejectedRows() : null);
    }
  }

  /** The process of the current or last run. */
  record Owner(String host, long pid, String lastSeen) {

    private static Owner of(JobOwner owner) {
      return new Owner(owner.host(), owner.pid(), Times.text(owner.lastSeen()));
    }
  }

  /**
   * What a job reads and writes; null fields are unknown.
   *
   * @param direction the kind of the job in lower case, such as {@code export}
   * @param format the format of its files, such as {@code iceberg}
   * @param location where its files are
   */
  record Subject(
      @Nullable String keyspace,
      @Nullable String table,
      String direction,
      @Nullable String format,
      @Nullable String location) {

    private static Subject of(JobSubject subject) {
      return new Subject(
          subject.keyspace().orElse(null),
          subject.table().orElse(null),
          subject.direction(),
          subject.format().orElse(null),
          subject.location().orElse(null));
    }
  }

  static JobView of(Job job, LiveReader live) {
    return of(
        job,
        live.facts().subject(job),
        live.facts().ends(List.of(job)).getOrDefault(job.id(), StoredCondition.UNKNOWN),
        live.read(job).orElse(null),
        new TreeMap<>(job.definition().fingerprint()));
  }

  private static JobView of(
      Job job,
      JobSubject subject,
      StoredCondition end,
      @Nullable LiveView live,
      Map<String, String> fingerprint) {
    return new JobView(
        job.id().toString(),
        job.name(),
        job.description(),
        new TreeMap<>(BatchLabels.ofPeople(job.labels())),
        job.kind(),
        job.status(),
        Liveness.isAlive(job, Instant.now()),
        Times.text(job.created()),
        Times.textOrNull(job.started()),
        Times.textOrNull(job.runStarted()),
        Times.textOrNull(job.completed()),
        job.runTime().toMillis() / 1e3,
        job.run(),
        Figures.of(job),
        job.error().orElse(null),
        job.owner().map(Owner::of).orElse(null),
        fingerprint,
        new TreeMap<>(job.definition().settings()),
        job.definition().command(),
        Subject.of(subject),
        job.status() == JobStatus.COMPLETED ? ResultView.of(job, subject, end) : null,
        live);
  }

  /** Returns the short form for lists: without details and without long fingerprint values. */
  static List<JobView> briefs(List<Job> jobs, LiveReader live) {
    Map<UUID, StoredCondition> ends = live.facts().ends(jobs);
    return jobs.stream()
        .map(job -> brief(job, ends.getOrDefault(job.id(), StoredCondition.UNKNOWN), live))
        .toList();
  }

  private static JobView brief(Job job, StoredCondition end, LiveReader live) {
    Map<String, String> fingerprint = new TreeMap<>(job.definition().fingerprint());
    fingerprint.values().removeIf(part -> part.length() > LONGEST_PART);
    return of(
        job,
        live.facts().subject(job),
        end,
        live.read(job).map(LiveView::brief).orElse(null),
        fingerprint);
  }
}
