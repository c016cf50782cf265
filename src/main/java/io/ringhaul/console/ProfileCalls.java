package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.ringhaul.internal.jobstore.JobProfile;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The API calls for profiles of a job's process. */
final class ProfileCalls {

  private static final String PATH = "/api/batch-jobs/{id}/profile";
  private static final int SECONDS = 10;

  private final KnownJobs jobs;
  private final JobTelemetry telemetry;

  ProfileCalls(KnownJobs jobs) {
    this.jobs = jobs;
    this.telemetry = JobTelemetry.of(jobs.store());
  }

  /** A request for a profile. */
  record NewProfile(@Nullable Integer seconds) {}

  void addTo(Api api) {
    api.get(PATH, this::find);
    api.change(HandlerType.POST, PATH, NewProfile.class, this::ask);
  }

  private void find(Context context) {
    Job job = jobs.find(Api.jobId(context));
    context.jsonStream(telemetry.profile(job.id()).map(ProfileView::of).orElse(ProfileView.NONE));
  }

  private void ask(Context context, NewProfile wanted) {
    int seconds = Objects.requireNonNullElse(wanted.seconds(), SECONDS);
    if (seconds < 1 || seconds > JobProfile.MOST_SECONDS) {
      throw new BadRequestResponse(
          "'seconds' must be a whole number from 1 to " + JobProfile.MOST_SECONDS);
    }
    Job job = jobs.find(Api.jobId(context));
    KnownJobs.requireRunning(job, "only a running process can be profiled");
    JobRequest request =
        telemetry.ask(job.id(), JobRequest.Kind.PROFILE, "{\"seconds\":" + seconds + "}");
    // Returns the request itself, because the process may already have replaced the stored
    // state.
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    context.status(HttpStatus.ACCEPTED).jsonStream(ProfileView.of(profile));
  }
}
