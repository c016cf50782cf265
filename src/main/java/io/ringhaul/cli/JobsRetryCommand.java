package io.ringhaul.cli;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does one partition of a job once more. */
@Command(
    name = "retry",
    description = "Does one partition of a job once more, whatever it has done, and then the rest.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsRetryCommand extends JobsAgainCommand {

  @Option(
      names = "--partition",
      required = true,
      paramLabel = "N",
      description = "The partition's number, as 'ringhaul jobs show --json' tells it.")
  private int partition;

  @Override
  List<String> prepare(JobStore jobs, Job job, List<String> command) {
    jobs.reset(job.id(), partition);
    return command;
  }
}
