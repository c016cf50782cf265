package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.ringhaul.internal.jobstore.AddingImports;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The API calls for the partitions of jobs. */
final class PartitionCalls {

  private static final String OF_JOB = "/api/batch-jobs/{id}/partitions";
  private static final String ONE = "/api/batch-partitions/{id}";
  private static final int MOST = 10_000;

  private static final String STATUS = "status";

  private static final Pattern ID = Pattern.compile("(.*):(\\d{1,9})");

  private final KnownJobs jobs;
  private final LiveReader live;

  PartitionCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
  }

  void addTo(Api api) {
    api.get(OF_JOB, this::list, STATUS, ListView.OFFSET, ListView.LIMIT);
    api.get(ONE, this::find);
    api.change(
        HandlerType.POST,
        ONE + "/retry",
        KnownJobs.Changes.class,
        KnownJobs.Changes.NONE,
        this::retry);
  }

  private void list(Context context) {
    Job job = jobs.find(Api.jobId(context));
    Optional<List<PartitionStatus>> statuses =
        Query.constants(context, STATUS, PartitionStatus.class);
    List<JobPartition> chosen =
        jobs.store().partitions(job.id()).stream()
            .filter(each -> statuses.isEmpty() || statuses.get().contains(each.status()))
            .toList();
    Map<Integer, Double> shares = live.shares(job);
    context.jsonStream(
        ListView.of(context, MOST, chosen, each -> PartitionView.of(job, each, shares)));
  }

  private void find(Context context) {
    context.jsonStream(view(Id.of(Api.id(context))));
  }

  private void retry(Context context, KnownJobs.Changes changes) {
    Id id = Id.of(Api.id(context));
    PartitionView partition = view(id);
    Job job = jobs.find(id.job());
    KnownJobs.requireIdle(job);
    if (job.status() == JobStatus.COMPLETED) {
      throw new ConflictResponse(
          "Job "
              + job.id()
              + " is completed: the output of partition "
              + partition.number()
              + " is part of the result");
    }
    requireRepeatable(job, partition);
    JobLauncher launcher = jobs.requireLauncher();
    launcher.requireStartable(job);
    Job changed = jobs.change(job, changes);
    jobs.store().reset(id.job(), id.number());
    PartitionView pending = view(id);
    launcher.start(changed);
    context.status(HttpStatus.ACCEPTED).jsonStream(pending);
  }

  /** A started partition whose writes must not be repeated cannot be retried. */
  private static void requireRepeatable(Job job, PartitionView partition) {
    if (partition.attempt() > 0 && AddingImports.mustNotRepeat(job, job.definition().command())) {
      throw new ConflictResponse(
          "Partition "
              + partition.number()
              + " of job "
              + job.id()
              + " was started and is not repeated: its rows may add to counters or append to lists"
              + " a second time. Start the job to continue with the other partitions");
    }
  }

  private PartitionView view(Id id) {
    Job job = jobs.find(id.job());
    return jobs.store().partitions(id.job()).stream()
        .filter(each -> each.number() == id.number())
        .map(each -> PartitionView.of(job, each, live.shares(job)))
        .findFirst()
        .orElseThrow(
            () -> new NotFoundResponse("Job " + id.job() + " has no partition " + id.number()));
  }

  /** The id of a partition. */
  private record Id(UUID job, int number) {

    static Id of(String text) {
      Matcher parts = ID.matcher(text);
      if (!parts.matches()) {
        throw new BadRequestResponse("'" + text + "' is not a partition id of the form JOB:NUMBER");
      }
      return new Id(Query.jobId(parts.group(1)), Integer.parseInt(parts.group(2)));
    }
  }
}
