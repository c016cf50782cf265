package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.WriteMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Takes up an export to a folder that was planned before, maybe by another process. */
final class FolderResumption {

  private final FolderPlan planned;

  FolderResumption(FolderPlan planned) {
    this.planned = planned;
  }

  /**
   * The plan for this process.
   *
   * @param folder what the target is told to be now
   * @throws StorageException if the export, the target or the folder is another than planned
   */
  FolderPlan run(ExportDescription export, TargetFolder folder, OutputFormat format)
      throws IOException {
    TargetState state = TargetState.of(folder);
    FolderPlan now =
        FolderPlan.of(export, state.folder(), format.name(), format.properties(export));
    requireSame(now);
    boolean isCommitted =
        Manifest.find(state.folder().path())
            .filter(manifest -> manifest.holds(planned.jobId()))
            .isPresent();
    if (!isCommitted) {
      requireFit(state);
    }
    return planned.withMemory(now.memoryBytes());
  }

  private void requireSame(FolderPlan now) {
    List<String> differences = new ArrayList<>();
    compare(differences, "the export's id", planned.jobId(), now.jobId());
    compare(differences, "the folder", planned.folder().path(), now.folder().path());
    compare(differences, "the mode", planned.folder().mode(), now.folder().mode());
    compare(differences, "the format", planned.format(), now.format());
    compare(
        differences, "the compression", planned.folder().compression(), now.folder().compression());
    compare(differences, "the settings", planned.properties(), now.properties());
    compare(differences, "the keyspace", planned.schema().keyspace(), now.schema().keyspace());
    compare(differences, "the table", planned.schema().table(), now.schema().table());
    compare(
        differences, "the primary key", planned.schema().primaryKey(), now.schema().primaryKey());
    compare(differences, "the columns", planned.schema().columns(), now.schema().columns());
    compare(differences, "the types", planned.schema().userTypes(), now.schema().userTypes());
    if (!differences.isEmpty()) {
      throw error(
          String.format(
              "The export %s to %s cannot be taken up again, since it is no longer the same: %s;"
                  + " put that back as it was, or begin a new export",
              planned.jobId(), planned.folder().path(), String.join("; ", differences)));
    }
  }

  private static void compare(List<String> differences, String what, Object then, Object now) {
    if (!Objects.equals(then, now)) {
      differences.add(what + " was " + then + " and is " + now);
    }
  }

  private void requireFit(TargetState state) {
    if (planned.folder().mode() == WriteMode.CREATE && !state.entries().isEmpty()) {
      throw error(
          String.format(
              "The export %s to %s cannot be taken up again: it was to make that folder, and in the"
                  + " meantime somebody else has put files there; move them away, or begin a new"
                  + " export to another folder",
              planned.jobId(), planned.folder().path()));
    }
    state.requireFit(planned);
  }

  private StorageException error(String message) {
    return new StorageException(planned.folder().path().toString(), message, null);
  }
}
