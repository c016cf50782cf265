package io.ringhaul.console;

import io.javalin.http.Context;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.internal.jobstore.MetricQuery;
import io.ringhaul.internal.telemetry.MetricName;
import io.ringhaul.job.Job;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.LimitingFactor;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The API calls for metrics and bottlenecks. */
final class MetricCalls {

  private static final String PERFORMANCE = "/api/performance-metrics";
  private static final String RESOURCES = "/api/resource-usage";

  /** The number of values that a store keeps for each job and history. */
  static final int MOST_POINTS = 200_000;

  private static final int POINTS = 10_000;

  private static final String COMPONENT = "component";
  private static final String NAME = "name";
  private static final String SINCE = "since";
  private static final String UNTIL = "until";
  private static final String LIMIT = "limit";
  private static final String OPEN = "open";

  private final KnownJobs jobs;
  private final LiveReader live;
  private final JobTelemetry telemetry;
  private final Briefs briefs;

  MetricCalls(KnownJobs jobs, LiveReader live) {
    this.jobs = jobs;
    this.live = live;
    this.telemetry = JobTelemetry.of(jobs.store());
    this.briefs = new Briefs(telemetry, Clock.systemUTC());
  }

  void addTo(Api api) {
    String[] series = {Query.JOB, COMPONENT, NAME, SINCE, UNTIL, LIMIT};
    api.get(PERFORMANCE, context -> series(context, MetricKind.PERFORMANCE), series);
    api.get(PERFORMANCE + "/summary", this::summary, Query.JOB);
    api.get(
        PERFORMANCE + "/bottlenecks",
        this::bottlenecks,
        Query.JOB,
        OPEN,
        ListView.OFFSET,
        ListView.LIMIT);
    api.get(RESOURCES, context -> series(context, MetricKind.RESOURCE), series);
    api.get(RESOURCES + "/summary", this::resources, Query.JOB);
    api.get(
        RESOURCES + "/constraints",
        context -> context.jsonStream(Constraints.of(jobs.find(Query.job(context)), live)),
        Query.JOB);
  }

  private void series(Context context, MetricKind kind) {
    Job job = jobs.find(Query.job(context));
    MetricQuery query =
        new MetricQuery(
            job.id(),
            kind,
            Query.text(context, COMPONENT),
            Query.text(context, NAME),
            Query.time(context, SINCE).orElse(Instant.EPOCH),
            Query.time(context, UNTIL).orElseGet(Times::afterAll),
            Query.whole(context, LIMIT, 1, MOST_POINTS, POINTS));
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
    context.jsonStream(new SeriesView(series));
  }

  private static List<Number> point(Metric metric) {
    return List.of(metric.time().toEpochMilli(), metric.value());
  }

  private void summary(Context context) {
    Job job = jobs.find(Query.job(context));
    Briefs.Brief brief = briefs.of(job, MetricKind.PERFORMANCE);
    LatestMetrics latest = live.latest(job, MetricKind.PERFORMANCE);
    context.jsonStream(
        new SummaryView(
            job.id().toString(),
            brief.seconds(),
            brief.series(),
            LiveReader.stages(latest),
            latest.find(MetricName.JOB, MetricName.MEAN_LATENCY_MS).orElse(null),
            latest.condition().overall().map(LimitingFactor::description).orElse(null)));
  }

  private void resources(Context context) {
    Job job = jobs.find(Query.job(context));
    Briefs.Brief brief = briefs.of(job, MetricKind.RESOURCE);
    context.jsonStream(
        new SummaryView.Resources(job.id().toString(), brief.seconds(), brief.series()));
  }

  private void bottlenecks(Context context) {
    Job job = jobs.find(Query.job(context));
    Optional<Boolean> open = Query.flag(context, OPEN);
    List<Bottleneck> chosen =
        telemetry.bottlenecks(job.id()).stream()
            .filter(each -> open.isEmpty() || open.get() == each.open())
            .toList();
    context.jsonStream(ListView.of(context, chosen, each -> BottleneckView.of(job.id(), each)));
  }
}
