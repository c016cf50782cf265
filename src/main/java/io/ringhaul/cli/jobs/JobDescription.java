package io.ringhaul.cli.jobs;

import io.ringhaul.format.CommitResult;
import io.ringhaul.internal.operation.JobSubject;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Describes jobs as text and as objects for JSON. */
public final class JobDescription {

  /** After this time without a sign of life, a process counts as gone. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  /** The status of a job whose process is gone. */
  public static final String CUT_OFF = "cut off";

  private JobDescription() {}

  /**
   * The status in lower case; {@code cut off} if the job's process gave no sign of life for a
   * minute.
   */
  public static String status(Job job, Instant now) {
    boolean silent =
        job.owner()
            .map(JobOwner::lastSeen)
            .filter(seen -> seen.plus(SILENCE).isBefore(now))
            .isPresent();
    return job.status().isWorking() && silent
        ? CUT_OFF
        : job.status().name().toLowerCase(Locale.ROOT);
  }

  /** The facts of a job in a list. */
  public static Map<String, Object> brief(Job job, Instant now) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("jobId", job.id().toString());
    facts.put("name", job.name());
    facts.put("kind", job.kind().name().toLowerCase(Locale.ROOT));
    facts.put("status", status(job, now));
    facts.put("partitions", job.figures().partitions());
    facts.put("done", job.figures().done());
    facts.put("failed", job.figures().failed());
    facts.put("rows", job.figures().rows());
    facts.put("rejectedRows", job.figures().rejectedRows());
    facts.put("created", job.created().toString());
    job.started().ifPresent(moment -> facts.put("started", moment.toString()));
    job.runStarted().ifPresent(moment -> facts.put("runStarted", moment.toString()));
    job.completed().ifPresent(moment -> facts.put("completed", moment.toString()));
    facts.put("runSeconds", job.runTime().toMillis() / 1e3);
    JobSubject subject = JobSubject.of(job);
    subject.keyspace().ifPresent(keyspace -> facts.put("keyspace", keyspace));
    subject.table().ifPresent(table -> facts.put("table", table));
    subject.format().ifPresent(format -> facts.put("format", format));
    Optional<CommitResult> made = subject.committed();
    made.map(CommitResult::location)
        .or(subject::location)
        .ifPresent(location -> facts.put("location", location));
    made.ifPresent(
        result -> {
          facts.put("files", result.files());
          facts.put("fileBytes", result.fileBytes());
          result.snapshotId().ifPresent(snapshot -> facts.put("snapshot", snapshot));
        });
    return facts;
  }

  /** All facts of a job. */
  public static Map<String, Object> full(Job job, List<JobPartition> partitions, Instant now) {
    Map<String, Object> facts = brief(job, now);
    facts.put("description", job.description());
    facts.put("labels", new TreeMap<>(job.labels()));
    facts.put("run", job.run());
    job.owner().ifPresent(owner -> facts.put("owner", owner(owner)));
    job.error().ifPresent(error -> facts.put("error", error));
    facts.put("fingerprint", new TreeMap<>(job.definition().fingerprint()));
    facts.put("settings", new TreeMap<>(job.definition().settings()));
    facts.put("command", job.definition().command());
    job.plan().ifPresent(plan -> facts.put("plan", plan));
    facts.put("partitionList", partitions.stream().map(JobDescription::partition).toList());
    return facts;
  }

  private static Map<String, Object> owner(JobOwner owner) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("host", owner.host());
    facts.put("pid", owner.pid());
    facts.put("processStart", owner.processStart().toString());
    facts.put("lastSeen", owner.lastSeen().toString());
    return facts;
  }

  private static Map<String, Object> partition(JobPartition partition) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("number", partition.number());
    facts.put("status", partition.status().name().toLowerCase(Locale.ROOT));
    facts.put("attempt", partition.attempt());
    facts.put("rows", partition.rows());
    facts.put("bytes", partition.bytes());
    facts.put("rejectedRows", partition.rejectedRows());
    if (!partition.tokens().isEmpty()) {
      facts.put("tokenRanges", partition.tokens().stream().map(JobDescription::range).toList());
    }
    partition.unit().ifPresent(unit -> facts.put("unit", unit));
    facts.put("outputs", partition.outputs());
    partition.error().ifPresent(error -> facts.put("error", error));
    return facts;
  }

  private static String range(TokenRange range) {
    return range.startExclusive() + ".." + range.endInclusive();
  }
}
