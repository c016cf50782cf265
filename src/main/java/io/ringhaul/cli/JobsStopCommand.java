package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.ResumeCommand;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops a job. */
@Command(
    name = "stop",
    description =
        "Asks the process that runs a job to end what is in flight and to stop; the job can be"
            + " resumed.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsStopCommand extends JobsSubcommand {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The job's id, or the first four or more characters of it.")
  private String id = "";

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description =
          "Waits so long for the job to stop, and fails if it has not by then. Default: not at"
              + " all.")
  private @Nullable Integer wait;

  @Override
  public Integer call() throws InterruptedException {
    try (JobStore jobs = open()) {
      return run(jobs);
    }
  }

  private int run(JobStore jobs) throws InterruptedException {
    Job found = JobFinder.find(jobs, id);
    jobs.requestStop(found.id());
    Instant end = Instant.now().plusSeconds(wait == null ? 0 : wait);
    Job job = JobFinder.find(jobs, found.id().toString());
    while (isWorking(job) && Instant.now().isBefore(end)) {
      Thread.sleep(LOOK_AGAIN.toMillis());
      job = JobFinder.find(jobs, found.id().toString());
    }
    if (isWorking(job) && wait != null) {
      throw new BulkOperationException(
          "The job " + job.id() + " has not stopped within " + wait + " s; it still drains");
    }
    if (json()) {
      JsonResult.print(JobDescription.brief(job, Instant.now()));
    } else {
      TerminalText.out()
          .println("job " + job.id() + ": " + JobDescription.status(job, Instant.now()));
      if (job.status() == JobStatus.STOPPED) {
        TerminalText.out().println("  resume it with: " + ResumeCommand.of(job.id(), location()));
      }
    }
    return ExitCode.DONE;
  }

  private static boolean isWorking(Job job) {
    return job.status() == JobStatus.RUNNING || job.status() == JobStatus.STOPPING;
  }
}
