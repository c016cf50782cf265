package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobId;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How an operation is kept as a job. */
final class JobRunOptions {

  @Mixin private JobStoreOption store = new JobStoreOption();

  @Option(
      names = "--job-id",
      paramLabel = "UUID",
      converter = JobId.class,
      description = "Names the job. Default: a new random id.")
  private @Nullable UUID id;

  @Option(
      names = "--job-name",
      paramLabel = "TEXT",
      description = "What people call the job. Default: the operation and the table.")
  private @Nullable String name;

  @Option(
      names = "--job-description",
      paramLabel = "TEXT",
      description = "What the job is for, for people.")
  private @Nullable String description;

  @Option(
      names = "--job-label",
      paramLabel = "KEY=VALUE",
      description = "A label of the job; repeatable.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--resume",
      description =
          "Takes the job of --job-id up: what is done is not done again. A job that the store does"
              + " not have is begun. See also 'ringhaul jobs resume'.")
  private boolean resume;

  /** Opens the store. */
  RunningJob open(CommandSpec command) {
    JobStoreLocation location = store.location();
    if (resume && id == null) {
      throw new InvalidSettingException("--resume", "--resume takes the job's --job-id");
    }
    if (resume && location.isNone()) {
      throw new InvalidSettingException(
          "--resume", "--resume takes a job store, and --job-store is none");
    }
    // Who names a job wants it kept, and that one taken up: in memory it would begin anew.
    JobStore opened =
        id == null ? location.openOrWarn(command.commandLine().getErr()) : location.open();
    JobOptions options =
        JobOptions.in(opened).madeBy(StoredCommand.of(command)).namingSettings(OptionNames::of);
    options = name == null ? options : options.named(name);
    options = description == null ? options : options.describedAs(description);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      options = options.labelled(label.getKey(), label.getValue());
    }
    options = resume ? options.resuming() : options;
    return new RunningJob(
        location,
        opened,
        Objects.requireNonNullElseGet(id, UUID::randomUUID),
        options,
        command.commandLine());
  }
}
