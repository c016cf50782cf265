package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.ResumeCommand;
import io.ringhaul.cli.jobs.StoredProgress;
import io.ringhaul.cli.jobs.TextTable;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.monitor.Progress;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one job. */
@Command(
    name = "show",
    description = "Shows all that is kept of a job.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class JobsShowCommand extends JobsSubcommand {

  private static final int MOST_FAILED = 20;

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The job's id, or the first four or more characters of it.")
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
    Optional<Progress> progress = StoredProgress.of(jobs, job, Instant.now());
    if (json()) {
      Map<String, Object> facts = JobDescription.full(job, partitions, Instant.now());
      progress.ifPresent(known -> facts.put("progress", StoredProgress.facts(known)));
      JsonResult.print(facts);
    } else {
      print(job, partitions, progress);
    }
    return ExitCode.DONE;
  }

  private static void print(Job job, List<JobPartition> partitions, Optional<Progress> progress) {
    TextTable table = new TextTable();
    table.add("id", job.id().toString());
    table.add("name", job.name());
    if (!job.description().isEmpty()) {
      table.add("description", job.description());
    }
    addAll(table, "label", job.labels());
    table.add("kind", lower(job.kind()));
    table.add("status", JobDescription.status(job, Instant.now()));
    progress.ifPresent(known -> table.add("progress", new ProgressLine(known, "").whole()));
    job.error().ifPresent(error -> table.add("error", error));
    table.add("partitions", partitions(job, partitions));
    table.add("rows", String.format(Locale.ROOT, "%,d", job.figures().rows()));
    table.add("rejected", String.format(Locale.ROOT, "%,d", job.figures().rejectedRows()));
    table.add("created", job.created().toString());
    table.add("started", JobDescription.moment(job.started()));
    table.add("ended", JobDescription.moment(job.completed()));
    table.add("runs", Integer.toString(job.run()));
    job.owner()
        .ifPresent(
            owner ->
                table.add(
                    "process",
                    owner.pid() + " on " + owner.host() + ", last seen " + owner.lastSeen()));
    addAll(table, "fixed", job.definition().fingerprint());
    addAll(table, "setting", job.definition().settings());
    if (!job.definition().command().isEmpty()) {
      table.add(
          "command",
          job.definition().command().stream()
              .map(ResumeCommand::quoted)
              .collect(Collectors.joining(" ", "ringhaul ", "")));
    }
    table.lines().forEach(TerminalText.out()::println);
    printFailed(partitions);
  }

  private static void addAll(TextTable table, String name, Map<String, String> facts) {
    new TreeMap<>(facts).forEach((key, value) -> table.add(name, key + "=" + value));
  }

  /** Such as {@code 24: 12 done, 11 pending, 1 failed}. */
  private static String partitions(Job job, List<JobPartition> partitions) {
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
                        "partition "
                            + each.number()
                            + " failed, attempt "
                            + each.attempt()
                            + ": "
                            + each.error().orElse("for an unknown reason")));
    if (failed.size() > MOST_FAILED) {
      TerminalText.out()
          .println(
              "and " + (failed.size() - MOST_FAILED) + " more; with --json all of them are told");
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
