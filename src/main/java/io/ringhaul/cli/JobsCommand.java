package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.cli.jobs.StoredProgress;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands on stored jobs. */
@Command(
    name = "jobs",
    description = "Lists, shows, stops, resumes and cleans up jobs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      JobsCommand.ListCommand.class,
      JobsCommand.ShowCommand.class,
      JobsCommand.StopCommand.class,
      JobsAgainCommand.ResumeCommand.class,
      JobsAgainCommand.RetryCommand.class,
      JobsAgainCommand.RestartCommand.class,
      JobsCommand.CleanCommand.class
    })
final class JobsCommand implements Runnable {

  /** The commands that pass options on to the job's own command. */
  private static final List<String> HAND_ON = List.of("resume", "start", "retry", "restart");

  @Spec private @Nullable CommandSpec spec;

  /** Sets what annotations cannot express, if the command line has this command. */
  static void configure(CommandLine commandLine) {
    CommandLine jobs = commandLine.getSubcommands().get("jobs");
    if (jobs == null) {
      return;
    }
    for (String name : HAND_ON) {
      Objects.requireNonNull(jobs.getSubcommands().get(name), name)
          .setUnmatchedOptionsArePositionalParams(true);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Give a command: list, show, stop, resume, retry, restart or clean");
  }

  /** Base of the commands on jobs. */
  abstract static class Subcommand implements Callable<Integer> {

    @Mixin private OptionValues.JobStoreOption store = new OptionValues.JobStoreOption();

    @SuppressWarnings("unused") // OptionDefaults reads its options before the parser does.
    @Mixin
    private OptionDefaults.Options defaults = new OptionDefaults.Options();

    @Option(
        names = "--json",
        description = "Prints the result as one line of JSON on standard output.")
    private boolean json;

    final boolean json() {
      return json;
    }

    final JobStoreLocation location() {
      return store.location();
    }

    final JobStore open() {
      JobStoreLocation location = location();
      if (location.isNone()) {
        throw new InvalidSettingException(
            "--job-store",
            "--job-store is none: jobs in memory are not visible here; give a file or a PostgreSQL"
                + " URL");
      }
      return location.open();
    }
  }

  @Command(
      name = "list",
      description = "Lists jobs, the newest first.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class ListCommand extends Subcommand {

    @Option(
        names = "--status",
        split = ",",
        paramLabel = "STATUS",
        description =
            "Lists only jobs with these statuses: ${COMPLETION-CANDIDATES}; repeatable. Default:"
                + " all jobs.")
    private List<JobStatus> statuses = new ArrayList<>();

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "50",
        description = "Maximum number of jobs. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public Integer call() {
      try (JobStore jobs = open()) {
        return run(jobs);
      }
    }

    private int run(JobStore jobs) {
      if (limit < 1) {
        throw new InvalidSettingException(
            "--limit", "--limit is " + limit + "; it must be 1 or more");
      }
      List<Job> all = jobs.list();
      List<Job> chosen =
          all.stream()
              .filter(job -> statuses.isEmpty() || statuses.contains(job.status()))
              .limit(limit)
              .toList();
      Instant now = Instant.now();
      if (json()) {
        JsonResult.print(
            chosen.stream()
                .map(
                    job -> {
                      Map<String, Object> facts = JobDescription.brief(job, now);
                      StoredProgress.of(jobs, job, now)
                          .ifPresent(progress -> facts.put("progress", progress.facts()));
                      return facts;
                    })
                .toList());
      } else if (chosen.isEmpty()) {
        TerminalText.out().println("No jobs in " + location());
      } else {
        print(jobs, chosen, JobFinder.shortest(all), now);
      }
      return ExitCode.DONE;
    }

    private static void print(JobStore store, List<Job> jobs, int idLength, Instant now) {
      TextTable table = new TextTable();
      table.add(
          "ID", "NAME", "TABLE", "STATUS", "DONE", "ROWS", "ROWS/S", "STARTED", "TOOK", "RESULT");
      for (Job job : jobs) {
        JobFacts facts = JobFacts.of(store, job, now);
        table.add(
            job.id().toString().substring(0, idLength),
            job.name(),
            facts.table(),
            facts.status(),
            facts.done(),
            facts.rows(),
            facts.rate(),
            JobFacts.shortMoment(job.started()),
            facts.took(),
            facts.outcome());
      }
      int width = TerminalScreen.widthOfOutput();
      table.lines().forEach(line -> TerminalText.out().println(cut(line, width)));
    }

    private static String cut(String line, int width) {
      return line.length() <= width ? line : line.substring(0, width);
    }
  }

  @Command(
      name = "show",
      description = "Shows all stored details of a job.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class ShowCommand extends Subcommand {

    private static final int MOST_FAILED = 20;

    @Parameters(
        index = "0",
        paramLabel = "JOB",
        description = "The job's name, its id, or at least the id's first four characters.")
    private String id = "";

    @Override
    public Integer call() {
      try (JobStore jobs = open()) {
        return run(jobs);
      }
    }

    private int run(JobStore jobs) {
      Job job = JobFinder.find(jobs, id);
      List<JobPartition> partitions = jobs.partitions(job.id());
      JobFacts known = JobFacts.of(jobs, job, Instant.now());
      if (json()) {
        Map<String, Object> facts = JobDescription.full(job, partitions, Instant.now());
        known.progressFacts().ifPresent(progress -> facts.put("progress", progress));
        JsonResult.print(facts);
      } else {
        print(jobs, job, known, partitions);
      }
      return ExitCode.DONE;
    }

    private void print(JobStore store, Job job, JobFacts facts, List<JobPartition> partitions) {
      TextTable table = new TextTable();
      table.add("id", job.id().toString());
      table.add("name", job.name());
      if (!job.description().isEmpty()) {
        table.add("description", job.description());
      }
      addAll(table, "label", job.labels());
      table.add("kind", lower(job.kind()));
      table.add("table", facts.table());
      facts
          .files()
          .ifPresent(files -> table.add(job.kind() == JobKind.EXPORT ? "target" : "source", files));
      table.add("status", facts.status());
      facts
          .progress()
          .ifPresent(
              progress ->
                  table.add("progress", new ProgressLines(progress, Instant.now()).whole()));
      if (facts.status().equals("interrupted")) {
        table.add("interrupted", facts.outcome());
      }
      job.error().ifPresent(error -> table.add("error", error));
      facts.made().ifPresent(made -> table.add("result", made));
      table.add("rows", facts.rows());
      table.add("rows/s", facts.rate());
      table.add("rejected", String.format(Locale.ROOT, "%,d", job.figures().rejectedRows()));
      table.add("tasks", tasks(job, partitions));
      if (facts.progress().isEmpty()) {
        facts.limitedBy(store).ifPresent(factor -> table.add("limited by", factor));
      }
      job.started()
          .ifPresentOrElse(
              started -> table.add("started", JobFacts.moment(started)),
              () -> table.add("created", JobFacts.moment(job.created())));
      facts.resumed().ifPresent(resumed -> table.add("resumed", JobFacts.moment(resumed)));
      facts.ended().ifPresent(ended -> table.add("ended", JobFacts.moment(ended)));
      table.add("took", facts.took());
      table.add("runs", Integer.toString(job.run()));
      job.owner()
          .ifPresent(
              owner ->
                  table.add(
                      "process",
                      owner.pid()
                          + " on "
                          + owner.host()
                          + ", last seen "
                          + JobFacts.moment(owner.lastSeen())));
      if (!facts.status().equals("running") && job.status() != JobStatus.COMPLETED) {
        table.add("next", location().resumeCommand(job.id()));
      }
      if (!job.definition().command().isEmpty()) {
        table.add("command", StoredCommand.shellText(job.definition().command()));
      }
      addAll(table, "setting", job.definition().settings());
      addAll(table, "fixed", job.definition().fingerprint());
      table.lines().forEach(TerminalText.out()::println);
      printFailed(partitions);
    }

    private static void addAll(TextTable table, String name, Map<String, String> facts) {
      new TreeMap<>(facts).forEach((key, value) -> table.add(name, key + "=" + value));
    }

    /** Such as {@code 24: 12 done, 11 pending, 1 failed}. */
    private static String tasks(Job job, List<JobPartition> partitions) {
      Map<PartitionStatus, Long> counts =
          partitions.stream()
              .collect(
                  Collectors.groupingBy(
                      JobPartition::status,
                      () -> new EnumMap<>(PartitionStatus.class),
                      Collectors.counting()));
      return job.figures().partitions()
          + counts.entrySet().stream()
              .map(count -> count.getValue() + " " + lower(count.getKey()))
              .collect(Collectors.joining(", ", counts.isEmpty() ? "" : ": ", ""));
    }

    private static void printFailed(List<JobPartition> partitions) {
      List<JobPartition> failed =
          partitions.stream().filter(each -> each.status() == PartitionStatus.FAILED).toList();
      failed.stream()
          .limit(MOST_FAILED)
          .forEach(
              each ->
                  TerminalText.out()
                      .println(
                          "task "
                              + each.number()
                              + " failed, attempt "
                              + each.attempt()
                              + ": "
                              + each.error().orElse("unknown error")));
      if (failed.size() > MOST_FAILED) {
        TerminalText.out()
            .println("and " + (failed.size() - MOST_FAILED) + " more; --json lists all of them");
      }
    }

    private static String lower(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(
      name = "stop",
      description =
          "Asks the process that runs a job to finish its requests in flight and stop; the job"
              + " can be resumed.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class StopCommand extends Subcommand {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    @Parameters(
        index = "0",
        paramLabel = "JOB",
        description = "The job's name, its id, or at least the id's first four characters.")
    private String id = "";

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        description =
            "Waits up to this many seconds for the job to stop, and fails after that time."
                + " Default: no wait.")
    private @Nullable Integer wait;

    @Override
    public Integer call() throws InterruptedException {
      try (JobStore jobs = open()) {
        return run(jobs);
      }
    }

    private int run(JobStore jobs) throws InterruptedException {
      Job found = JobFinder.find(jobs, id);
      jobs.requestStop(found.id());
      Instant end = Instant.now().plusSeconds(wait == null ? 0 : wait);
      Job job = JobFinder.find(jobs, found.id().toString());
      while (job.status().isWorking() && Instant.now().isBefore(end)) {
        Thread.sleep(LOOK_AGAIN.toMillis());
        job = JobFinder.find(jobs, found.id().toString());
      }
      if (job.status().isWorking() && wait != null) {
        throw new BulkOperationException(
            "Job "
                + job.id()
                + " has not stopped within "
                + wait
                + " s; its requests in flight are still finishing");
      }
      if (json()) {
        JsonResult.print(JobDescription.brief(job, Instant.now()));
      } else {
        TerminalText.out()
            .println("job " + job.id() + ": " + JobDescription.status(job, Instant.now()));
        if (job.status() == JobStatus.STOPPED) {
          TerminalText.out().println("  Resume: " + location().resumeCommand(job.id()));
        }
      }
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "clean",
      description =
          "Removes temporary files and the files of failed attempts. Keeps completed tasks, so"
              + " that the job can be resumed, unless --forget is given. Never removes committed"
              + " data.",
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class CleanCommand extends Subcommand {

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "JOB",
        description = "The job's name, its id, or at least the id's first four characters.")
    private @Nullable String id;

    @Option(
        names = "--older-than",
        paramLabel = "DURATION",
        converter = OptionValues.Age.class,
        description =
            "Selects all jobs that ended, or last gave a sign of life, longer ago than this:"
                + " 12h, 7d.")
    private @Nullable Duration olderThan;

    @Option(
        names = "--all-ended",
        description = "Selects all jobs that are completed, stopped, failed or interrupted.")
    private boolean allEnded;

    @Option(
        names = "--forget",
        description =
            "Also removes all uncommitted files of the jobs and deletes the jobs from the store.")
    private boolean forget;

    @Override
    public Integer call() {
      long selections =
          Stream.of(id != null, olderThan != null, allEnded).filter(chosen -> chosen).count();
      if (selections != 1) {
        throw new InvalidSettingException(
            "JOB", "Give one job, or select jobs with --older-than or --all-ended");
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
          done.forEach(CleanCommand::print);
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
          job.completed()
              .or(() -> job.owner().map(owner -> owner.lastSeen()))
              .orElse(job.created());
      return last.isBefore(Instant.now().minus(olderThan));
    }

    /**
     * Cleans a job; a failure does not prevent the cleaning of other jobs. Skips jobs that still
     * run, and batch jobs that a later job continues.
     */
    private Optional<Map<String, Object>> cleanOrSayWhyNot(JobStore jobs, Job job) {
      try {
        return Optional.of(clean(jobs, job));
      } catch (BulkOperationException e) {
        // The stored status; clean itself checks whether the job's process is alive.
        if (e instanceof JobException
            && (job.status().isWorking() || BatchLabels.number(job) > 0)) {
          return Optional.empty();
        }
        Map<String, Object> failed = facts(job);
        failed.put("error", String.valueOf(e.getMessage()));
        return Optional.of(failed);
      }
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

  /** Text in aligned columns. */
  private static final class TextTable {

    private static final String GAP = "  ";

    private final List<List<String>> lines = new ArrayList<>();

    /**
     * Adds a line. Shows a line break inside a cell as {@code \n}, so that it cannot be mistaken
     * for a new line.
     */
    void add(String... cells) {
      lines.add(
          Stream.of(cells).map(cell -> cell.replace("\n", "\\n").replace("\t", "\\t")).toList());
    }

    /** The lines, without trailing blanks. */
    List<String> lines() {
      List<Integer> widths = new ArrayList<>();
      for (List<String> line : lines) {
        for (int i = 0; i < line.size(); i++) {
          int width = line.get(i).length();
          if (i == widths.size()) {
            widths.add(width);
          } else if (widths.get(i) < width) {
            widths.set(i, width);
          }
        }
      }
      return lines.stream().map(line -> padded(line, widths)).toList();
    }

    private static String padded(List<String> line, List<Integer> widths) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < line.size(); i++) {
        String cell = line.get(i);
        text.append(cell).append(" ".repeat(widths.get(i) - cell.length())).append(GAP);
      }
      return text.toString().stripTrailing();
    }
  }
}
