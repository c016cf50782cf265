package io.ringhaul.console;

import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job.
 *
 * @param labels people's; not those that Ringhaul has for itself, which may name thousands of files
 * @param alive whether the process that works on it lives
 * @param run how often it was begun
 * @param fingerprint what must not change between runs; in lists without its long parts
 * @param command the arguments that made it; empty for one that application code made
 * @param live how it gets on, while it runs
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
    @Nullable String completed,
    int run,
    Figures figures,
    @Nullable String error,
    @Nullable Owner owner,
    Map<String, String> fingerprint,
    Map<String, String> settings,
    List<String> command,
    @Nullable LiveView live) {

  /** In characters. The files of a source may be thousands, and lists are sent to all who watch. */
  private static final int LONGEST_PART = 1_000;

  /** How far a job is, by what is done for good. */
  record Figures(int partitions, int done, int failed, long rows, long rejectedRows) {

    private static Figures of(JobFigures figures) {
      return new Figures(
          figures.partitions(),
          figures.done(),
          figures.failed(),
          figures.rows(),
          figures.rejectedRows());
    }
  }

  /** The process that runs a job or ran it last. */
  record Owner(String host, long pid, String lastSeen) {

    private static Owner of(JobOwner owner) {
      return new Owner(owner.host(), owner.pid(), Times.text(owner.lastSeen()));
    }
  }

  static JobView of(Job job, @Nullable LiveView live) {
    return of(job, live, new TreeMap<>(job.definition().fingerprint()));
  }

  private static JobView of(Job job, @Nullable LiveView live, Map<String, String> fingerprint) {
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
        Times.textOrNull(job.completed()),
        job.run(),
        Figures.of(job.figures()),
        job.error().orElse(null),
        job.owner().map(Owner::of).orElse(null),
        fingerprint,
        new TreeMap<>(job.definition().settings()),
        job.definition().command(),
        live);
  }

  /** A job of a list: without what changes each second, and without long parts of what is fixed. */
  static JobView brief(Job job) {
    Map<String, String> fingerprint = new TreeMap<>(job.definition().fingerprint());
    fingerprint.values().removeIf(part -> part.length() > LONGEST_PART);
    return of(job, null, fingerprint);
  }
}
