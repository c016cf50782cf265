package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.Metric;
import io.ringhaul.job.MetricKind;
import io.ringhaul.job.MetricQuery;
import io.ringhaul.monitor.Bottleneck;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The API calls for metrics and bottlenecks. */
final class MetricCalls {

  private static final String PERFORMANCE = "/api/performance-metrics";
  private static final String RESOURCES = "/api/resource-usage";

  /** The number of values that a store keeps for each job and history. */
  static final int MOST_POINTS = 200_000;

  private static final int POINTS = 10_000;

  private static final QueryParameter<UUID> JOB = QueryParameter.id("job");
  private static final QueryParameter<String> COMPONENT = QueryParameter.text("component");
  private static final QueryParameter<String> NAME = QueryParameter.text("name");
  private static final QueryParameter<Instant> SINCE = QueryParameter.moment("since");
  private static final QueryParameter<Instant> UNTIL = QueryParameter.moment("until");
  private static final QueryParameter<Integer> LIMIT =
      QueryParameter.whole("limit", 1, MOST_POINTS, POINTS);
  private static final QueryParameter<Boolean> OPEN = QueryParameter.flag("open");

  private final KnownJobs jobs;
  private final LiveReader live;
  private final JobTelemetry telemetry;
  private final Briefs briefs;

  MetricCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
    this.telemetry = jobs.store().telemetry();
    this.briefs = new Briefs(telemetry, Clock.systemUTC());
  }

  List<Route> routes() {
    return List.of(
        Route.get(PERFORMANCE, call -> series(call, MetricKind.PERFORMANCE))
            .taking(JOB, COMPONENT, NAME, SINCE, UNTIL, LIMIT),
        Route.get(PERFORMANCE + "/summary", this::summary).taking(JOB),
        Route.get(PERFORMANCE + "/bottlenecks", this::bottlenecks)
            .taking(JOB, OPEN, ListView.OFFSET, ListView.LIMIT),
        Route.get(RESOURCES, call -> series(call, MetricKind.RESOURCE))
            .taking(JOB, COMPONENT, NAME, SINCE, UNTIL, LIMIT),
        Route.get(RESOURCES + "/summary", this::resources).taking(JOB),
        Route.get(
                RESOURCES + "/constraints",
                call -> Reply.ok(Constraints.of(jobs.find(call.value(JOB)), live)))
            .taking(JOB));
  }

  private Reply series(Call call, MetricKind kind) {
    Job job = jobs.find(call.value(JOB));
    MetricQuery query =
        new MetricQuery(
            job.id(),
            kind,
            call.find(COMPONENT),
            call.find(NAME),
            call.find(SINCE).orElse(Instant.EPOCH),
            call.find(UNTIL).orElseGet(MetricCalls::never),
            call.value(LIMIT));
    List<SeriesView.Series> series = new ArrayList<>();
    Briefs.bySeries(telemetry.metrics(query))
        .forEach(
            (key, metrics) ->
                series.add(
                    new SeriesView.Series(
                        key.component(),
                        key.name(),
                        key.partition().isPresent() ? key.partition().getAsInt() : null,
                        null,
                        metrics.stream().map(MetricCalls::point).toList())));
    return Reply.ok(new SeriesView(series));
  }

  /** An upper bound that allows for clock differences between machines of up to a day. */
  private static Instant never() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  private static List<Number> point(Metric metric) {
    return List.of(metric.time().toEpochMilli(), metric.value());
  }

  private Reply summary(Call call) {
    Job job = jobs.find(call.value(JOB));
    Briefs.Brief brief = briefs.of(job, MetricKind.PERFORMANCE);
    return Reply.ok(
        new SummaryView(
            job.id().toString(),
            brief.seconds(),
            brief.series(),
            LiveReader.stages(live.latest(job, MetricKind.PERFORMANCE)),
            LimitingBottleneck.reason(telemetry.bottlenecks(job.id()), brief.seconds())
                .orElse(null)));
  }

  private Reply resources(Call call) {
    Job job = jobs.find(call.value(JOB));
    Briefs.Brief brief = briefs.of(job, MetricKind.RESOURCE);
    return Reply.ok(
        new SummaryView.Resources(job.id().toString(), brief.seconds(), brief.series()));
  }

  private Reply bottlenecks(Call call) {
    Job job = jobs.find(call.value(JOB));
    Optional<Boolean> open = call.find(OPEN);
    List<Bottleneck> chosen =
        telemetry.bottlenecks(job.id()).stream()
            .filter(each -> open.isEmpty() || open.get() == each.open())
            .toList();
    return Reply.ok(
        ListView.of(call, ListView.LIMIT, chosen, each -> BottleneckView.of(job.id(), each)));
  }
}
