package io.ringhaul.console;

import io.ringhaul.internal.jobstore.AddingImports;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls on the partitions of jobs. */
final class PartitionCalls {

  private static final String OF_JOB = "/api/batch-jobs/{id}/partitions";
  private static final String ONE = "/api/batch-partitions/{id}";
  private static final int MOST = 10_000;

  private static final QueryParameter<List<PartitionStatus>> STATUS =
      QueryParameter.oneOf("status", "Only partitions that stand so", PartitionStatus.class);
  private static final QueryParameter<Integer> LIMIT = ListView.limit(MOST);

  private static final Pattern ID = Pattern.compile("(.*):(\\d{1,9})");

  private final KnownJobs jobs;

  PartitionCalls(KnownJobs jobs) {
    this.jobs = jobs;
  }

  List<Route> routes() {
    return List.of(
        Route.list(OF_JOB, "Lists a job's partitions", PartitionView.class, this::list)
            .taking(STATUS, ListView.OFFSET, LIMIT),
        Route.get(ONE, "Shows a partition", PartitionView.class, this::find),
        Route.change(
            "POST",
            ONE + "/retry",
            "Does a partition once more, and then the rest of its job",
            202,
            PartitionView.class,
            this::retry));
  }

  private Reply list(Call call) {
    Job job = jobs.find(call.jobId());
    Optional<List<PartitionStatus>> statuses = call.find(STATUS);
    List<JobPartition> chosen =
        jobs.store().partitions(job.id()).stream()
            .filter(each -> statuses.isEmpty() || statuses.get().contains(each.status()))
            .toList();
    return Reply.ok(ListView.of(call, LIMIT, chosen, each -> PartitionView.of(job.id(), each)));
  }

  private Reply find(Call call) {
    return Reply.ok(view(Id.of(call)));
  }

  private Reply retry(Call call) {
    Id id = Id.of(call);
    PartitionView partition = view(id);
    Job job = jobs.find(id.job());
    KnownJobs.requireIdle(job);
    if (job.status() == JobStatus.COMPLETED) {
      throw CallRefusal.conflict(
          "Job "
              + job.id()
              + " is completed: what partition "
              + partition.number()
              + " wrote is part of the result");
    }
    requireRepeatable(job, partition);
    JobLauncher launcher = jobs.requireLauncher();
    launcher.requireStartable(job);
    jobs.store().reset(id.job(), id.number());
    PartitionView pending = view(id);
    launcher.start(job);
    return Reply.json(202, pending);
  }

  /** What adds up is written once: a partition that was begun is told as doubtful afterwards. */
  private static void requireRepeatable(Job job, PartitionView partition) {
    if (partition.attempt() > 0 && AddingImports.mustNotRepeat(job, job.definition().command())) {
      throw CallRefusal.conflict(
          "Partition "
              + partition.number()
              + " of job "
              + job.id()
              + " is begun, and its rows may add to counters or append to lists when they are"
              + " written again: it stays as it is. Start the job to go on with what is not done");
    }
  }

  private PartitionView view(Id id) {
    jobs.find(id.job());
    return jobs.store().partitions(id.job()).stream()
        .filter(each -> each.number() == id.number())
        .map(each -> PartitionView.of(id.job(), each))
        .findFirst()
        .orElseThrow(
            () -> CallRefusal.missing("Job " + id.job() + " has no partition " + id.number()));
  }

  /** Names a partition. */
  private record Id(UUID job, int number) {

    static Id of(Call call) {
      Matcher parts = ID.matcher(call.text("id"));
      if (!parts.matches()) {
        throw CallRefusal.bad(
            "'" + call.text("id") + "' is not JOB:NUMBER, as partitions are named");
      }
      return new Id(QueryParameter.idOf(parts.group(1)), Integer.parseInt(parts.group(2)));
    }
  }
}
