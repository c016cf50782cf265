package io.ringhaul.cli;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.cli.jobs.ResumeCommand;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.AddingImports;
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
        "Forgets what a job has done, removes what an export has written and not committed, and"
            + " runs it from its beginning. What an import has written stays and is written again;"
            + " where rows may add to counters or append to lists, that takes --replay-in-doubt.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsRestartCommand extends JobsAgainCommand {

  @Override
  List<String> prepare(JobStore jobs, Job job, List<String> command) {
    requireRestartable(jobs, job, command);
    if (job.definition().isDraft()) {
      return command;
    }
    if (job.kind() == JobKind.IMPORT) {
      jobs.reset(job.id());
      return command;
    }
    ExportLeftovers.giveUp(jobs, job.id(), ExportCommand.targetOf(command));
    return named(command, job);
  }

  /**
   * Refuses what must not be done from its beginning.
   *
   * @param command with the options that it is to be done with
   * @throws JobException if the job is an export that is committed, or an import that would add up
   */
  static void requireRestartable(JobStore jobs, Job job, List<String> command) {
    if (AddingImports.mustNotRepeat(job, command)) {
      requireNothingAddsUp(jobs, job);
    }
    if (job.kind() == JobKind.EXPORT && job.status() == JobStatus.COMPLETED) {
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
  }

  /** What a job forgets it cannot name as doubtful afterwards. */
  private static void requireNothingAddsUp(JobStore jobs, Job job) {
    String columns = job.definition().fingerprint().getOrDefault("columns", "");
    long begun =
        jobs.partitions(job.id()).stream().filter(partition -> partition.attempt() > 0).count();
    if (begun == 0) {
      return;
    }
    throw new JobException(
        job.id(),
        String.format(
            "Job %s has written rows of %d of its partitions, and its columns (%s) may add up when"
                + " they are written again: empty the table and give %s, or resume the job",
            job.id(), begun, columns, AddingImports.REPLAY),
        null);
  }
}
