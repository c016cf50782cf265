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

/** The API calls for the partitions of jobs. */
final class PartitionCalls {

  private static final String OF_JOB = "/api/batch-jobs/{id}/partitions";
  private static final String ONE = "/api/batch-partitions/{id}";
  private static final int MOST = 10_000;

  private static final QueryParameter<List<PartitionStatus>> STATUS =
      QueryParameter.oneOf("status", PartitionStatus.class);
  private static final QueryParameter<Integer> LIMIT = ListView.limit(MOST);

  private static final Pattern ID = Pattern.compile("(.*):(\\d{1,9})");

  private final KnownJobs jobs;

  PartitionCalls(KnownJobs jobs) {
    this.jobs = jobs;
  }

  List<Route> routes() {
    return List.of(
        Route.get(OF_JOB, this::list).taking(STATUS, ListView.OFFSET, LIMIT),
        Route.get(ONE, this::find),
        Route.change("POST", ONE + "/retry", this::retry));
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
              + " is completed: the output of partition "
              + partition.number()
              + " is part of the result");
    }
    requireRepeatable(job, partition);
    JobLauncher launcher = jobs.requireLauncher();
    launcher.requireStartable(job);
    jobs.store().reset(id.job(), id.number());
    PartitionView pending = view(id);
    launcher.start(job);
    return Reply.json(202, pending);
  }

  /** A started partition whose writes must not be repeated cannot be retried. */
  private static void requireRepeatable(Job job, PartitionView partition) {
    if (partition.attempt() > 0 && AddingImports.mustNotRepeat(job, job.definition().command())) {
      throw CallRefusal.conflict(
          "Partition "
              + partition.number()
              + " of job "
              + job.id()
              + " was started and is not repeated: its rows may add to counters or append to lists"
              + " a second time. Start the job to continue with the other partitions");
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

  /** The id of a partition. */
  private record Id(UUID job, int number) {

    static Id of(Call call) {
      Matcher parts = ID.matcher(call.text("id"));
      if (!parts.matches()) {
        throw CallRefusal.bad(
            "'" + call.text("id") + "' is not a partition id of the form JOB:NUMBER");
      }
      return new Id(QueryParameter.idOf(parts.group(1)), Integer.parseInt(parts.group(2)));
    }
  }
}
