package io.ringhaul.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.job.Job;
import io.ringhaul.job.MetricKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The API calls for the console itself. */
final class ServiceCalls {

  private final KnownJobs jobs;
  private final LiveReader live;
  private final Guard guard;

  ServiceCalls(KnownJobs jobs, LiveReader live, Guard guard) {
    this.jobs = jobs;
    this.live = live;
    this.guard = guard;
  }

  List<Route> routes() {
    return List.of(
        Route.get(Routes.SESSION, this::session),
        Route.get("/api/openapi.json", call -> description()),
        Route.get("/metrics", call -> metrics()));
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

  /** Returns the description of the API, a resource, with the version. */
  private static Reply description() {
    ObjectNode document = (ObjectNode) Json.tree(Assets.text("openapi.json"));
    document.withObject("/info").put("version", version());
    return Reply.ok(document);
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
