package io.ringhaul.cli;

import io.ringhaul.cli.jobs.Age;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes what jobs have left. */
@Command(
    name = "clean",
    description =
        "Removes temporary files, and files of attempts that came to nothing. What a job has done"
            + " stays, so that it can be resumed, unless it is given up with --forget. What is"
            + " committed is never touched.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsCleanCommand extends JobsSubcommand {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID",
      description = "The job's id, or the first four or more characters of it.")
  private @Nullable String id;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      converter = Age.class,
      description = "All jobs that ended, or were last heard of, so long ago: 12h, 7d.")
  private @Nullable Duration olderThan;

  @Option(
      names = "--all-ended",
      description = "All jobs that are completed, stopped, failed or cut off.")
  private boolean allEnded;

  @Option(
      names = "--forget",
      description =
          "Gives the jobs up: removes all that they have written and not committed, and deletes"
              + " them from the store.")
  private boolean forget;

  @Override
  public Integer call() {
    long selections =
        Stream.of(id != null, olderThan != null, allEnded).filter(chosen -> chosen).count();
    if (selections != 1) {
      throw new InvalidSettingException(
          "ID", "Name one job by its id, or choose with --older-than or --all-ended");
    }
    try (JobStore jobs = open()) {
      List<Map<String, Object>> done = new ArrayList<>();
      if (id != null) {
        done.add(clean(jobs, JobFinder.find(jobs, id)));
      } else {
        for (Job job : jobs.list()) {
          if (isChosen(job)) {
            cleanOrSayWhyNot(jobs, job).ifPresent(done::add);
          }
        }
      }
      if (json()) {
        JsonResult.print(done);
      } else {
        done.forEach(JobsCleanCommand::print);
      }
      return done.stream().anyMatch(each -> each.containsKey("error"))
          ? ExitCode.FAILED
          : ExitCode.DONE;
    }
  }

  private boolean isChosen(Job job) {
    if (olderThan == null) {
      return job.status() != JobStatus.PENDING;
    }
    Instant last =
        job.completed().or(() -> job.owner().map(owner -> owner.lastSeen())).orElse(job.created());
    return last.isBefore(Instant.now().minus(olderThan));
  }

  /**
   * One job that cannot be cleaned does not keep the others from it; one that runs, or that a
   * following goes on from, is no matter.
   */
  private Optional<Map<String, Object>> cleanOrSayWhyNot(JobStore jobs, Job job) {
    try {
      return Optional.of(clean(jobs, job));
    } catch (BulkOperationException e) {
      if (e instanceof JobException && (isWorking(job) || BatchLabels.number(job) > 0)) {
        return Optional.empty();
      }
      Map<String, Object> failed = facts(job);
      failed.put("error", String.valueOf(e.getMessage()));
      return Optional.of(failed);
    }
  }

  /** As the store has it; whether its process lives is seen when the job is cleaned. */
  private static boolean isWorking(Job job) {
    return job.status() == JobStatus.RUNNING || job.status() == JobStatus.STOPPING;
  }

  private Map<String, Object> clean(JobStore jobs, Job job) {
    int removed = forget ? JobLeftovers.giveUp(jobs, job) : JobLeftovers.clean(jobs, job);
    Map<String, Object> facts = facts(job);
    facts.put("filesRemoved", removed);
    facts.put("forgotten", forget);
    return facts;
  }

  private static Map<String, Object> facts(Job job) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("jobId", job.id().toString());
    facts.put("name", job.name());
    return facts;
  }

  private static void print(Map<String, Object> facts) {
    Object error = facts.get("error");
    TerminalText.out()
        .println(
            facts.get("jobId")
                + " "
                + facts.get("name")
                + ": "
                + (error != null
                    ? error
                    : facts.get("filesRemoved")
                        + " files removed"
                        + (Boolean.TRUE.equals(facts.get("forgotten")) ? ", forgotten" : "")));
  }
}
