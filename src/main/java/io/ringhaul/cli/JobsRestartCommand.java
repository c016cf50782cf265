package io.ringhaul.cli;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.cli.jobs.ResumeCommand;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Runs a job from its beginning. */
@Command(
    name = "restart",
    description =
        "Forgets what a job has done, removes what it has written and not committed, and runs it"
            + " from its beginning.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsRestartCommand extends JobsAgainCommand {

  @Override
  List<String> prepare(JobStore jobs, Job job, List<String> command) {
    if (job.kind() == JobKind.IMPORT) {
      jobs.reset(job.id());
      return command;
    }
    if (job.status() == JobStatus.COMPLETED) {
      // Its target knows it: a second commit of that id would find the first and do nothing.
      throw new JobException(
          job.id(),
          String.format(
              "Job %s is completed, and an export is committed once: begin another one with %s",
              job.id(),
              command.stream()
                  .map(ResumeCommand::quoted)
                  .collect(Collectors.joining(" ", "ringhaul ", ""))),
          null);
    }
    ExportLeftovers.giveUp(jobs, job.id(), ExportCommand.targetOf(command));
    return named(command, job);
  }
}
