package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.JobTelemetry;
import java.util.List;
import java.util.Objects;

/** The API calls for profiles of a job's process. */
final class ProfileCalls {

  private static final String PATH = "/api/batch-jobs/{id}/profile";
  private static final int SECONDS = 10;

  private final KnownJobs jobs;
  private final JobTelemetry telemetry;

  ProfileCalls(KnownJobs jobs) {
    this.jobs = jobs;
    this.telemetry = jobs.store().telemetry();
  }

  List<Route> routes() {
    return List.of(Route.get(PATH, this::find), Route.change("POST", PATH, this::ask).reading());
  }

  private Reply find(Call call) {
    Job job = jobs.find(call.jobId());
    return Reply.ok(telemetry.profile(job.id()).map(ProfileView::of).orElse(ProfileView.NONE));
  }

  private Reply ask(Call call) {
    int seconds = Objects.requireNonNullElse(call.body(Bodies.NewProfile.class).seconds(), SECONDS);
    if (seconds < 1 || seconds > JobProfile.MOST_SECONDS) {
      throw CallRefusal.bad(
          "'seconds' must be a whole number from 1 to " + JobProfile.MOST_SECONDS);
    }
    Job job = jobs.find(call.jobId());
    KnownJobs.requireRunning(job, "only a running process can be profiled");
    JobRequest request =
        telemetry.ask(job.id(), JobRequest.Kind.PROFILE, "{\"seconds\":" + seconds + "}");
    // Returns the request itself, because the process may already have replaced the stored
    // state.
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    return Reply.json(202, ProfileView.of(profile));
  }
}
