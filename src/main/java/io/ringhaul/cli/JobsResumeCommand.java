package io.ringhaul.cli;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.util.List;
import picocli.CommandLine.Command;

/** Runs a job again, up to its end. */
@Command(
    name = "resume",
    aliases = "start",
    description =
        "Runs a job that was stopped, failed or was cut off up to its end; what is done is not done"
            + " again. A completed job gives its result once more.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsResumeCommand extends JobsAgainCommand {

  @Override
  List<String> prepare(JobStore jobs, Job job, List<String> command) {
    return command;
  }
}
