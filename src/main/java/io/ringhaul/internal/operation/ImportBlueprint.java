package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.ImportRequest;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.mapping.MappedSource;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The settings of an import apart from its source.
 *
 * @param columns the columns to import; empty for all
 * @param creates what is created
 * @param replaysInDoubt see {@link ImportRequest#replayInDoubt()}
 * @param mapping empty if fields have the names of their columns
 */
public record ImportBlueprint(
    OperationSettings settings,
    List<CqlIdentifier> columns,
    ImportOperation.Creation creates,
    boolean replaysInDoubt,
    ImportOperation.Batches batches,
    ImportChoices choices,
    RejectSettings rejects,
    Optional<Mapping> mapping) {

  /** Describes the source and the table, which must not change during a follow. */
  public String subject(GrowingSource source) {
    Map<String, String> from = new TreeMap<>(source.identity());
    // These may change between two batches: source positions do not depend on them.
    from.keySet().removeAll(List.of("source settings", "source compression"));
    return from.entrySet().stream()
            .map(part -> part.getKey() + " " + part.getValue())
            .collect(Collectors.joining(", "))
        + " into "
        + settings.keyspace().asCql(true)
        + "."
        + settings.table().asCql(true)
        + mapping.map(its -> ", mapping " + its).orElse("")
        + choices.query().map(cql -> ", query " + cql).orElse("");
  }

  /** Returns these settings with other choices, and with all columns. */
  ImportBlueprint with(ImportChoices others) {
    return new ImportBlueprint(
        settings, List.of(), creates, replaysInDoubt, batches, others, rejects, Optional.empty());
  }

  /** The import of a source as a job. */
  public ImportOperation of(ImportSource source, UUID id, Optional<JobOptions> options) {
    return operation(0, source, id, options, rejects);
  }

  /**
   * The import of one micro-batch of a follow, as a job.
   *
   * @param number from 1
   */
  ImportOperation batch(int number, ImportSource source, UUID id, Optional<JobOptions> options) {
    return operation(number, source, id, options, rejects.ofBatch(number));
  }

  private ImportOperation operation(
      int batch, ImportSource source, UUID id, Optional<JobOptions> options, RejectSettings into) {
    if (source.isStream() && options.isPresent()) {
      throw new InvalidSettingException(
          "job",
          "A stream is read once, so that its import cannot be resumed and takes no job(...)");
    }
    return new ImportOperation(
        settings,
        new ImportOperation.Assignment(
            mapped(source), columns, creates, options, id, replaysInDoubt, batch),
        batches,
        choices,
        into.orBeside(options.flatMap(its -> defaultRejects(id, its.store()))));
  }

  private ImportSource mapped(ImportSource source) {
    boolean takesSome =
        choices.query().isPresent() || mapping.filter(its -> !its.rest()).isPresent();
    // Records may have other fields than those that are taken.
    ImportSource taken =
        takesSome && source instanceof JsonSource json ? json.ignoreUnknownFields() : source;
    return mapping
        .<ImportSource>map(its -> new MappedSource(taken, its, choices.times().names()))
        .orElse(taken);
  }

  /** The default rejects file of a job whose store is a file; empty for other stores. */
  public static Optional<Path> defaultRejects(UUID id, JobStore store) {
    return store
        .file()
        .map(file -> file.resolveSibling(file.getFileName() + "." + id + ".rejects.jsonl"));
  }
}
