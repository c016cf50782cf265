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

/** What the commands that run a job again have in common. */
abstract class JobsAgainCommand extends JobsCommand.Subcommand {

  @Parameters(
      arity = "1..*",
      paramLabel = "ID [OPTION...]",
      hideParamSyntax = true,
      description =
          "The job's id, or the first four or more characters of it. Options of the export or"
              + " import behind it take the place of those that it was begun with, such as"
              + " --contact-point and --parallelism.")
  private List<String> words = new ArrayList<>();

  @Override
  public final Integer call() {
    String[] arguments;
    // Closed before the job runs: the command opens it anew.
    try (JobStore jobs = open()) {
      Job job = JobFinder.find(jobs, words.get(0));
      List<String> overrides = words.subList(1, words.size());
      List<String> command = StoredCommand.with(command(job), overrides);
      // Told before anything is forgotten: a slip of the pen must not cost what is done.
      String[] planned = resuming(command, job);
      Main.commandLine(planned).parseArgs(planned);
      arguments = resuming(prepare(jobs, job, command), job);
    }
    return Main.execute(arguments);
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
   * Does what comes before the run.
   *
   * @param command the command of the job, with the options given now
   * @return the command to run
   */
  abstract List<String> prepare(JobStore jobs, Job job, List<String> command);

  /** The command with what people call a job that the store will not have any more. */
  static List<String> named(List<String> command, Job job) {
    List<String> named = new ArrayList<>(command);
    named.add("--job-name=" + job.name());
    if (!job.description().isEmpty()) {
      named.add("--job-description=" + job.description());
    }
    job.labels().forEach((label, value) -> named.add("--job-label=" + label + "=" + value));
    return named;
  }

  private List<String> command(Job job) {
    if (words.size() > 1 && !words.get(1).startsWith("-")) {
      throw new InvalidSettingException(
          "ID", "'" + words.get(1) + "' is no option: the job's id comes first, then options");
    }
    requireCommand(job);
    return job.definition().command();
  }

  /** Refuses a job that only an application can run. */
  static void requireCommand(Job job) {
    if (job.definition().command().isEmpty()) {
      throw new JobException(
          job.id(),
          "The job "
              + job.id()
              + " was made by application code and can only be run by it: give it the same request"
              + " with jobId and resuming()",
          null);
    }
  }

  /** Runs a job again, up to its end. */
  @Command(
      name = "resume",
      aliases = "start",
      description =
          "Runs a job that was stopped, failed or was cut off up to its end; what is done is not"
              + " done again. A completed job gives its result once more.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class ResumeCommand extends JobsAgainCommand {

    @Override
    List<String> prepare(JobStore jobs, Job job, List<String> command) {
      return command;
    }
  }

  /** Does one partition of a job once more. */
  @Command(
      name = "retry",
      description =
          "Does one partition of a job once more, whatever it has done, and then the rest.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class RetryCommand extends JobsAgainCommand {

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
                "Partition %d of job %s is begun, and its rows may add to counters or append to"
                    + " lists when they are written again: it stays as it is. Resume the job, or"
                    + " empty the table and give %s",
                partition, job.id(), AddingImports.REPLAY),
            null);
      }
    }
  }

  /** Runs a job from its beginning. */
  @Command(
      name = "restart",
      description =
          "Forgets what a job has done, removes what an export has written and not committed, and"
              + " runs it from its beginning. What an import has written stays and is written"
              + " again; where rows may add to counters or append to lists, that takes"
              + " --replay-in-doubt.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class RestartCommand extends JobsAgainCommand {

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
     * @throws JobException if the job is an export that is committed, or an import that would add
     *     up
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
                job.id(), StoredCommand.shellText(command)),
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
              "Job %s has written rows of %d of its partitions, and its columns (%s) may add up"
                  + " when they are written again: empty the table and give %s, or resume the job",
              job.id(), begun, columns, AddingImports.REPLAY),
          null);
    }
  }
}
