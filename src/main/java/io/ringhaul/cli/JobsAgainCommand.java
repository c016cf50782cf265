package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** What the commands that run a job again have in common. */
abstract class JobsAgainCommand extends JobsSubcommand {

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
}
