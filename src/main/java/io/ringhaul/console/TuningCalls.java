package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.job.Job;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.monitor.Bottleneck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The API calls for the tunable parameters of running jobs. */
final class TuningCalls {

  private static final long MOST = 1_000_000_000_000L;

  static final List<String> PARAMETERS =
      List.of(
          Tunable.IN_FLIGHT,
          Tunable.PAGE_BYTES,
          Tunable.PAGE_ROWS,
          Tunable.BATCH_STATEMENTS,
          Tunable.BATCH_BYTES,
          Tunable.WORKERS,
          Tunable.MAX_ROWS_PER_SECOND,
          Tunable.MAX_BYTES_PER_SECOND);

  /** The parameters that 0 removes. */
  private static final Set<String> REMOVABLE =
      Set.of(Tunable.MAX_ROWS_PER_SECOND, Tunable.MAX_BYTES_PER_SECOND);

  private final KnownJobs jobs;
  private final LiveReader live;
  private final JobTelemetry telemetry;

  TuningCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
    this.telemetry = JobTelemetry.of(jobs.store());
  }

  /** A recommendation to apply, or a parameter with its value. */
  record Change(
      String job,
      @Nullable String recommendation,
      @Nullable String parameter,
      @Nullable Long value) {}

  void addTo(Api api) {
    String[] page = {Query.JOB, ListView.OFFSET, ListView.LIMIT};
    api.get("/api/tuning/history", this::history, page);
    api.get("/api/tuning/recommendations", this::recommendations, page);
    api.change(HandlerType.POST, "/api/tuning/apply", Change.class, this::apply);
  }

  private void history(Context context) {
    Job job = jobs.find(Query.job(context));
    context.jsonStream(
        ListView.of(context, telemetry.tuning(job.id()), entry -> TuningView.of(job.id(), entry)));
  }

  private void recommendations(Context context) {
    Job job = jobs.find(Query.job(context));
    context.jsonStream(
        ListView.of(context, recommendations(job), recommendation -> recommendation));
  }

  private List<RecommendationView> recommendations(Job job) {
    LatestMetrics latest = live.latest(job, MetricKind.PERFORMANCE);
    boolean runs = Liveness.isAlive(job, Instant.now());
    List<RecommendationView> all = new ArrayList<>();
    for (Bottleneck bottleneck : telemetry.bottlenecks(job.id())) {
      if (bottleneck.open() && bottleneck.proposal().isPresent()) {
        Bottleneck.Proposal proposal = bottleneck.proposal().get();
        Optional<Long> now = now(latest, proposal.parameter());
        all.add(
            new RecommendationView(
                bottleneck.id(),
                job.id().toString(),
                proposal.parameter(),
                now.orElse(null),
                proposal.value(),
                bottleneck.recommendation(),
                bottleneck.id(),
                runs && now.isPresent()));
      }
    }
    for (TuningEntry entry : telemetry.tuning(job.id())) {
      if (entry.state() == TuningEntry.State.ADVISED) {
        Optional<Long> now = now(latest, entry.parameter());
        all.add(
            new RecommendationView(
                entry.id(),
                job.id().toString(),
                entry.parameter(),
                now.orElse(null),
                entry.after(),
                entry.reason(),
                null,
                runs && now.isPresent()));
      }
    }
    return all;
  }

  private static Optional<Long> now(LatestMetrics latest, String parameter) {
    return latest.find(MetricName.TUNABLE + parameter, MetricName.VALUE).map(Math::round);
  }

  private void apply(Context context, Change change) {
    if (change.job() == null) {
      throw new BadRequestResponse("The body needs 'job', the id of a job");
    }
    Job job = jobs.find(Query.jobId(change.job()));
    Wish wish = wish(job, change);
    KnownJobs.requireRunning(job, "only a running job can change a parameter");
    LatestMetrics latest = live.latest(job, MetricKind.PERFORMANCE);
    long before =
        now(latest, wish.parameter())
            .orElseThrow(
                () -> new BadRequestResponse(refusal(job, wish, latest.under(MetricName.TUNABLE))));
    TuningEntry wanted =
        new TuningEntry(
            UUID.randomUUID().toString(),
            Instant.now(),
            wish.parameter(),
            before,
            wish.value(),
            wish.reason(),
            Optional.empty(),
            TuningEntry.State.REQUESTED);
    context
        .status(HttpStatus.ACCEPTED)
        .jsonStream(TuningView.of(job.id(), telemetry.ask(job.id(), wanted)));
  }

  private static String refusal(Job job, Wish wish, List<String> changeable) {
    return changeable.isEmpty()
        ? "No parameter of job "
            + job.id()
            + " can change while it runs: tasks on Spark keep the values with which they start"
        : "Job "
            + job.id()
            + " has no parameter '"
            + wish.parameter()
            + "' that can change while it runs; it has "
            + changeable;
  }

  private Wish wish(Job job, Change change) {
    String parameter = change.parameter();
    Long value = change.value();
    if (change.recommendation() != null && parameter == null && value == null) {
      return recommendations(job).stream()
          .filter(each -> each.id().equals(change.recommendation()))
          .findFirst()
          .map(each -> new Wish(each.parameter(), each.proposed(), each.reason()))
          .orElseThrow(
              () ->
                  new NotFoundResponse(
                      "Job "
                          + job.id()
                          + " has no recommendation '"
                          + change.recommendation()
                          + "'"));
    }
    if (change.recommendation() != null || parameter == null || value == null) {
      throw new BadRequestResponse(
          "The body needs either 'recommendation', or 'parameter' and 'value'");
    }
    if (!PARAMETERS.contains(parameter)) {
      throw new BadRequestResponse(
          "Unknown parameter '"
              + parameter
              + "'; the parameters are "
              + String.join(", ", PARAMETERS));
    }
    int least = REMOVABLE.contains(parameter) ? 0 : 1;
    if (value < least || value > MOST) {
      throw new BadRequestResponse(
          "'value' of " + parameter + " must be a whole number from " + least + " to " + MOST);
    }
    return new Wish(parameter, value, "Requested through the console");
  }

  /** A requested value of a parameter with its reason. */
  private record Wish(String parameter, long value, String reason) {}
}
