package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.MetricKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The API calls for the console itself. */
final class ServiceCalls {

  private final KnownJobs jobs;
  private final LiveReader live;
  private final Guard guard;
  private final Supplier<List<Route>> routes;

  /**
   * Creates the calls.
   *
   * @param routes all routes of the console, including these
   */
  ServiceCalls(KnownJobs jobs, LiveReader live, Guard guard, Supplier<List<Route>> routes) {
    this.jobs = jobs;
    this.live = live;
    this.guard = guard;
    this.routes = routes;
  }

  List<Route> routes() {
    return List.of(
        Route.get(
            Routes.SESSION,
            "Shows the version and the access rights of the caller",
            SessionView.class,
            this::session),
        Route.text(
            "/api/openapi.json",
            "Describes the API",
            Json.TYPE,
            call -> Reply.ok(OpenApi.of(routes.get(), version()))),
        Route.text(
            "/metrics",
            "Shows the newest metrics of running jobs in the Prometheus text format",
            PrometheusText.MEDIA_TYPE,
            call -> metrics()));
  }

  private Reply session(Call call) {
    boolean mayKnow = guard.isOpen() || call.isAuthorized();
    return Reply.ok(
        new SessionView(
            version(),
            mayKnow ? store() : null,
            guard.isOpen() ? SessionView.TokenNeed.open : SessionView.TokenNeed.required,
            call.isAuthorized()));
  }

  private String store() {
    return jobs.store()
        .file()
        .map(Path::toString)
        .orElse(jobs.store().isDurable() ? "database" : "memory");
  }

  private static String version() {
    return Objects.requireNonNullElse(
        JobConsole.class.getPackage().getImplementationVersion(), "unpackaged");
  }

  private Reply metrics() {
    PrometheusText text = new PrometheusText();
    Instant now = Instant.now();
    for (Job job : jobs.store().list()) {
      if (Liveness.isAlive(job, now)) {
        text.add(job, live.latest(job, MetricKind.PERFORMANCE));
        text.add(job, live.latest(job, MetricKind.RESOURCE));
      }
    }
    return new Reply.Whole(
        200,
        Map.of(Reply.TYPE, PrometheusText.MEDIA_TYPE),
        text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
