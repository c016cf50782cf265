package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The jobs of a run over the tables of a keyspace, one for each table. All are stored before the
 * first of them begins, so that a resumed run has the tables of the run that it continues.
 *
 * @param run the id of the run
 * @param options their store and what all jobs have
 * @param commands the arguments that create the job of a table
 */
public record KeyspaceJobs(
    UUID run, JobOptions options, Function<CqlIdentifier, List<String>> commands) {

  /** The label with the id of the run; {@code describe} does not change reserved labels. */
  private static final String RUN = "ringhaul.keyspace-run";

  private static final String TABLE = "ringhaul.keyspace-table";

  /** The options of the job of a table. */
  public JobOptions of(CqlIdentifier table) {
    return (options.name().isEmpty()
            ? options
            : options.named(options.name() + "/" + table.asInternal()))
        .madeBy(commands.apply(table))
        .labelled(RUN, run.toString())
        .labelled(TABLE, table.asInternal());
  }

  /** The id of the job of a table: that of the name {@code RUN/TABLE}. */
  public static UUID id(UUID run, CqlIdentifier table) {
    return OperationJob.id(run + "/" + table.asInternal());
  }

  /**
   * Returns the newest run of a kind whose jobs have the names {@code NAME/TABLE}, unless all its
   * jobs are completed.
   */
  public static Optional<UUID> unfinished(JobStore store, JobKind kind, String name) {
    return store.list().stream()
        .filter(job -> job.kind() == kind)
        .filter(job -> job.name().equals(name + "/" + job.labels().get(TABLE)))
        .flatMap(job -> Optional.ofNullable(job.labels().get(RUN)).stream())
        .findFirst()
        .map(UUID::fromString)
        .filter(
            run ->
                stored(store, run).stream().anyMatch(job -> job.status() != JobStatus.COMPLETED));
  }

  /**
   * Returns the tables of the run, and stores a pending job for each table of a new run.
   *
   * @param doing the names of jobs without a name begin with it, such as {@code export store.}
   * @param all lists the tables of a new run
   */
  public List<CqlIdentifier> tables(JobKind kind, String doing, Supplier<List<CqlIdentifier>> all) {
    JobStore store = options.store();
    List<Job> stored = stored(store, run);
    if (!stored.isEmpty() && !options.resumes()) {
      throw new JobException(
          run, "Jobs of the run " + run + " exist: resume it, or use another id", null);
    }
    if (stored.stream().anyMatch(job -> job.run() > 0)) {
      return stored.stream()
          .map(job -> CqlIdentifier.fromInternal(job.labels().getOrDefault(TABLE, "")))
          .toList();
    }
    // The process may have ended before it stored all tables.
    stored.forEach(job -> store.delete(job.id()));
    List<CqlIdentifier> tables = all.get();
    for (CqlIdentifier table : tables) {
      JobOptions its = of(table);
      store.create(
          Job.pending(
              id(run, table),
              its.name().isEmpty() ? doing + table.asCql(true) : its.name(),
              its.description(),
              its.labels(),
              kind,
              JobDefinition.draft(its.command())));
    }
    return tables;
  }

  /** The jobs of a run, in the order in which they were stored. */
  private static List<Job> stored(JobStore store, UUID run) {
    List<Job> jobs =
        new ArrayList<>(
            store.list().stream()
                .filter(job -> run.toString().equals(job.labels().get(RUN)))
                .toList());
    Collections.reverse(jobs);
    return jobs;
  }
}
