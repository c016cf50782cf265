package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import io.ringhaul.job.JobTelemetry;
import java.util.List;
import java.util.Objects;

/** Calls on recordings of where a job's process spends its time. */
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
    return List.of(
        Route.get(PATH, "Shows the latest recording of a job", ProfileView.class, this::find),
        Route.change(
                "POST",
                PATH,
                "Asks a job's process to record where it spends its time",
                202,
                ProfileView.class,
                this::ask)
            .reading(Bodies.NewProfile.class));
  }

  private Reply find(Call call) {
    Job job = jobs.find(call.jobId());
    return Reply.ok(telemetry.profile(job.id()).map(ProfileView::of).orElse(ProfileView.NONE));
  }

  private Reply ask(Call call) {
    int seconds = Objects.requireNonNullElse(call.body(Bodies.NewProfile.class).seconds(), SECONDS);
    if (seconds < 1 || seconds > JobProfile.MOST_SECONDS) {
      throw CallRefusal.bad("'seconds' is a whole number from 1 to " + JobProfile.MOST_SECONDS);
    }
    Job job = jobs.find(call.jobId());
    KnownJobs.requireRunning(job, "only a process that works can be recorded");
    JobRequest request =
        telemetry.ask(job.id(), JobRequest.Kind.PROFILE, "{\"seconds\":" + seconds + "}");
    // The store keeps it from the asking on; by now the job may have gone on with it.
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    return Reply.json(202, ProfileView.of(profile));
  }
}
