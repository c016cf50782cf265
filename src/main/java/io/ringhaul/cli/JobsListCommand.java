package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.TextTable;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists jobs. */
@Command(
    name = "list",
    description = "Lists jobs, the newest first.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsListCommand extends JobsSubcommand {

  @Option(
      names = "--status",
      split = ",",
      paramLabel = "STATUS",
      description = "Only jobs that stand so: ${COMPLETION-CANDIDATES}; repeatable. Default: all.")
  private List<JobStatus> statuses = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "So many jobs and no more. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  public Integer call() {
    try (JobStore jobs = open()) {
      return run(jobs);
    }
  }

  private int run(JobStore jobs) {
    if (limit < 1) {
      throw new InvalidSettingException("--limit", "--limit is " + limit + "; it takes 1 or more");
    }
    List<Job> all = jobs.list();
    List<Job> chosen =
        all.stream()
            .filter(job -> statuses.isEmpty() || statuses.contains(job.status()))
            .limit(limit)
            .toList();
    Instant now = Instant.now();
    if (json()) {
      JsonResult.print(chosen.stream().map(job -> JobDescription.brief(job, now)).toList());
    } else if (chosen.isEmpty()) {
      TerminalText.out().println("No jobs in " + location());
    } else {
      print(chosen, JobFinder.shortest(all), now);
    }
    return ExitCode.DONE;
  }

  private static void print(List<Job> jobs, int idLength, Instant now) {
    TextTable table = new TextTable();
    table.add("ID", "NAME", "STATUS", "DONE", "ROWS", "STARTED", "ENDED");
    for (Job job : jobs) {
      boolean runs = job.status() == JobStatus.RUNNING || job.status() == JobStatus.STOPPING;
      table.add(
          job.id().toString().substring(0, idLength),
          job.name(),
          JobDescription.status(job, now),
          job.figures().done() + "/" + job.figures().partitions(),
          String.format(Locale.ROOT, "%,d", job.figures().rows()),
          JobDescription.moment(job.started()),
          JobDescription.moment(runs ? Optional.empty() : job.completed()));
    }
    table.lines().forEach(TerminalText.out()::println);
  }
}
