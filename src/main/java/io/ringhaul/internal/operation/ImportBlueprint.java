package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.ImportRequest;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How imports are done, wherever their rows come from.
 *
 * @param settings what all operations share
 * @param columns the columns asked for; empty for all
 * @param createsTable whether a missing table is made
 * @param replaysInDoubt see {@link ImportRequest#replayInDoubt()}
 * @param batches what the rows are sent in
 * @param choices what is made of the rows
 * @param rejects what becomes of rows that cannot be written
 */
public record ImportBlueprint(
    OperationSettings settings,
    List<CqlIdentifier> columns,
    boolean createsTable,
    boolean replaysInDoubt,
    ImportOperation.Batches batches,
    ImportChoices choices,
    RejectSettings rejects) {

  /** What must stay the same of a source that is followed: where rows come from and go to. */
  public String subject(GrowingSource source) {
    Map<String, String> from = new TreeMap<>(source.identity());
    // These may change between two batches: how far the source was read does not depend on them.
    from.keySet().removeAll(List.of("source settings", "source compression"));
    return from.entrySet().stream()
            .map(part -> part.getKey() + " " + part.getValue())
            .collect(Collectors.joining(", "))
        + " into "
        + settings.keyspace().asCql(true)
        + "."
        + settings.table().asCql(true);
  }

  /** The import of a source as a job. */
  public ImportOperation of(ImportSource source, UUID id, JobOptions options) {
    return operation(0, source, id, options, rejects);
  }

  /**
   * The import of what was added to a source that is followed, as a job.
   *
   * @param number from 1
   */
  ImportOperation batch(int number, ImportSource source, UUID id, JobOptions options) {
    return operation(number, source, id, options, rejects.ofBatch(number));
  }

  private ImportOperation operation(
      int batch, ImportSource source, UUID id, JobOptions options, RejectSettings into) {
    return new ImportOperation(
        settings,
        new ImportOperation.Task(source, columns, createsTable, options, id, replaysInDoubt, batch),
        batches,
        choices,
        into.orBeside(defaultRejects(id, options.store())).checked());
  }

  /** Where a job that is kept in a file has its rejects, if it is not told another place. */
  public static Optional<Path> defaultRejects(UUID id, JobStore store) {
    return store
        .file()
        .map(file -> file.resolveSibling(file.getFileName() + "." + id + ".rejects.jsonl"));
  }
}
