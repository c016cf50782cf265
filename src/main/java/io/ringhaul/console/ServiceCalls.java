package io.ringhaul.console;

import io.javalin.http.Context;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** The API calls for the console itself. */
final class ServiceCalls {

  private final KnownJobs jobs;
  private final LiveReader live;
  private final Guard guard;

  /** The description of the API, a resource, with the version. */
  private final String description =
      Assets.text("openapi.json").replaceFirst("\"unpackaged\"", '"' + version() + '"');

  ServiceCalls(KnownJobs jobs, LiveReader live, Guard guard) {
    this.jobs = jobs;
    this.live = live;
    this.guard = guard;
  }

  void addTo(Api api) {
    api.get(Guard.SESSION, this::session);
    api.get("/api/openapi.json", context -> context.result(description));
    api.get("/metrics", this::metrics);
  }

  private void session(Context context) {
    boolean isAuthorized = guard.isAuthorized(QueuedResponse.of(context).requestHeaders());
    context.jsonStream(
        new SessionView(
            version(),
            guard.isOpen() || isAuthorized ? store() : null,
            guard.isOpen() ? SessionView.TokenNeed.open : SessionView.TokenNeed.required,
            isAuthorized));
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

  private void metrics(Context context) {
    PrometheusText text = new PrometheusText();
    Instant now = Instant.now();
    for (Job job : jobs.store().list()) {
      if (Liveness.isAlive(job, now)) {
        text.add(job, live.latest(job, MetricKind.PERFORMANCE));
        text.add(job, live.latest(job, MetricKind.RESOURCE));
      }
    }
    QueuedResponse.of(context).contentType(PrometheusText.MEDIA_TYPE);
    context.result(text.toString());
  }
}
