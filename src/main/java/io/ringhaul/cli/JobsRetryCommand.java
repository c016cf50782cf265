package io.ringhaul.cli;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.AddingImports;
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
    if (AddingImports.mustNotRepeat(job, command)) {
      requireRepeatable(jobs, job);
    }
    jobs.reset(job.id(), partition);
    return command;
  }

  /** What adds up is written once: a partition that was begun is told as doubtful afterwards. */
  private void requireRepeatable(JobStore jobs, Job job) {
    boolean isBegun =
        jobs.partitions(job.id()).stream()
            .anyMatch(each -> each.number() == partition && each.attempt() > 0);
    if (isBegun) {
      throw new JobException(
          job.id(),
          String.format(
              "Partition %d of job %s is begun, and its rows may add to counters or append to lists"
                  + " when they are written again: it stays as it is. Resume the job, or empty the"
                  + " table and give %s",
              partition, job.id(), AddingImports.REPLAY),
          null);
    }
  }
}
