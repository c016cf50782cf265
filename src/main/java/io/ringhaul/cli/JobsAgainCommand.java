package io.ringhaul.cli;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.AddingImports;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Base of the commands that run a job again. */
abstract class JobsAgainCommand extends JobsCommand.Subcommand {

  @Parameters(
      arity = "1..*",
      paramLabel = "JOB [OPTION...]",
      hideParamSyntax = true,
      description =
          "The job's name, its id, or at least the id's first four characters. Options after it"
              + " replace the options of the job's export or import command, such as --contact-point and"
              + " --parallelism.")
  private List<String> words = new ArrayList<>();

  @Override
  public final Integer call() {
    String[] arguments;
    // Closes the store before the job runs: the job's command opens the store itself.
    try (JobStore jobs = open()) {
      Job job = JobFinder.find(jobs, words.get(0));
      List<String> overrides = words.subList(1, words.size());
      List<String> command = StoredCommand.with(command(job), overrides);
      requireValid(resuming(command, job));
      arguments = resuming(prepare(jobs, job, command), job);
    }
    return Main.executeStored(arguments);
  }

  /** Called before anything is reset: a wrong option must not discard finished tasks. */
  private static void requireValid(String[] planned) {
    Object parsed =
        Main.commandLine(planned).parseArgs(planned).subcommand().commandSpec().userObject();
    if (parsed instanceof OperationCommand<?, ?> operation) {
      operation.check();
    }
  }

  private String[] resuming(List<String> command, Job job) {
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--job-id=" + job.id());
    arguments.add("--resume");
    location().option().ifPresent(store -> arguments.add("--job-store=" + store));
    if (json()) {
      arguments.add("--json");
    }
    return arguments.toArray(String[]::new);
  }

  /**
   * Prepares the run.
   *
   * @param command the command of the job, with the options given now
   * @return the command to run
   */
  abstract List<String> prepare(JobStore jobs, Job job, List<String> command);

  private List<String> command(Job job) {
    if (words.size() > 1 && !words.get(1).startsWith("-")) {
      throw new InvalidSettingException(
          "JOB", "'" + words.get(1) + "' is not an option: give the job first, then options");
    }
    requireCommand(job);
    return job.definition().command();
  }

  /**
   * Checks that the command line can run the job.
   *
   * @throws JobException if application code created the job
   */
  static void requireCommand(Job job) {
    if (job.definition().command().isEmpty()) {
      throw new JobException(
          job.id(),
          "Job "
              + job.id()
              + " was created by application code and only that code can run it: let the application"
              + " resume it with the same request",
          null);
    }
  }

  @Command(
      name = "resume",
      aliases = "start",
      description =
          "Runs a stopped, failed or interrupted job to its end without repeating completed tasks."
              + " For a completed job, prints its result again.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class ResumeCommand extends JobsAgainCommand {

    @Override
    List<String> prepare(JobStore jobs, Job job, List<String> command) {
      return command;
    }
  }

  @Command(
      name = "retry",
      description =
          "Runs one task of a job again, even a completed one, and then the unfinished tasks.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class RetryCommand extends JobsAgainCommand {

    @Option(
        names = "--partition",
        required = true,
        paramLabel = "N",
        description = "The partition's number, as shown by 'ringhaul jobs show --json'.")
    private int partition;

    @Override
    List<String> prepare(JobStore jobs, Job job, List<String> command) {
      if (AddingImports.mustNotRepeat(job, command)) {
        requireRepeatable(jobs, job);
      }
      jobs.reset(job.id(), partition);
      return command;
    }

    /** Checks that the partition has not started: its rows may not be idempotent. */
    private void requireRepeatable(JobStore jobs, Job job) {
      boolean isBegun =
          jobs.partitions(job.id()).stream()
              .anyMatch(each -> each.number() == partition && each.attempt() > 0);
      if (isBegun) {
        throw new JobException(
            job.id(),
            String.format(
                "Partition %d of job %s has started, and writing its rows again may change"
                    + " counters or lists: the partition is not reset. Resume the job, or truncate"
                    + " the table and give %s",
                partition, job.id(), AddingImports.REPLAY),
            null);
      }
    }
  }

  @Command(
      name = "restart",
      description =
          "Resets a job, removes uncommitted files of an export, and runs the job from its"
              + " beginning. Rows that an import has written stay and are written again; if this"
              + " can change counters or lists, --replay-in-doubt is required.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class RestartCommand extends JobsAgainCommand {

    @Override
    List<String> prepare(JobStore jobs, Job job, List<String> command) {
      requireRestartable(jobs, job, command);
      if (job.definition().isDraft()) {
        return command;
      }
      if (job.kind() != JobKind.EXPORT) {
        jobs.reset(job.id());
        return command;
      }
      ExportLeftovers.giveUp(jobs, job.id(), ExportCommand.targetOf(command));
      JobLeftovers.createAgain(jobs, job);
      return command;
    }

    /**
     * Checks that a job can run from its beginning.
     *
     * @param command with the options for the new run
     * @throws JobException if the job is a committed export, or an import that may add to existing
     *     values
     */
    static void requireRestartable(JobStore jobs, Job job, List<String> command) {
      if (AddingImports.mustNotRepeat(job, command)) {
        requireNothingAddsUp(jobs, job);
      }
      if (job.kind() == JobKind.EXPORT && job.status() == JobStatus.COMPLETED) {
        // The target has recorded the job's id: a second commit with that id does nothing.
        throw new JobException(
            job.id(),
            String.format(
                "Job %s is completed and its export is committed: start a new export with %s",
                job.id(), StoredCommand.shellText(command)),
            null);
      }
    }

    /**
     * Checks that no partition has started: after a reset the job cannot name the rows in doubt.
     */
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
              "Job %s has written rows of %d of its partitions, and writing them again may change"
                  + " counters or lists (%s): truncate the table and give %s, or resume the job",
              job.id(), begun, columns, AddingImports.REPLAY),
          null);
    }
  }
}
