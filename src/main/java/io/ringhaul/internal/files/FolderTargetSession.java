package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A running export to a folder of part files, which the commit publishes in one step together with
 * the folder's manifest.
 */
public final class FolderTargetSession implements TargetSession {

  private final TargetFolder folder;
  private final OutputFormat format;
  private final TargetFiles target;
  private final TypedPlan<TargetPlan, FolderPlan> plans = new TypedPlan<>(FolderPlan::decode);

  public FolderTargetSession(TargetFolder folder, OutputFormat format) {
    this.folder = folder;
    this.format = format;
    this.target = folder.isObject() ? new ObjectTargetFiles(folder) : new LocalTargetFiles(folder);
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    Map<String, String> properties = format.properties(export);
    try {
      FolderPlan plan = FolderPlan.of(export, folder, format.name(), properties);
      TargetState state = target.state(plan);
      plan = plan.in(state.folder());
      if (!isCommitted(plan, state)) {
        state.requireFit(plan);
      }
      return plan.encode();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Returns whether the folder already contains this export. The commit then finds the earlier
   * commit, which the job did not record.
   */
  private boolean isCommitted(FolderPlan plan, TargetState state) {
    // A local folder of mode CREATE is not read for less: its manifest may be anything.
    return (folder.isObject()
            || state.entries().stream().anyMatch(name -> PartName.isOf(plan.jobId(), name)))
        && isCommitted(plan);
  }

  private boolean isCommitted(FolderPlan plan) {
    return target.manifest(plan).filter(manifest -> manifest.holds(plan.jobId())).isPresent();
  }

  @Override
  public Map<String, String> types(ExportDescription export) {
    return format.types(export);
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    try {
      return new FolderResumption(plans.of(plan)).run(export).encode();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    try {
      return new FolderCommit(plans.of(plan), target).damaged(outputs);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    FolderPlan layout = plans.of(plan);
    TableSchema schema = layout.schema();
    PartWriter writer =
        format.writer(
            new WriterContext(
                schema,
                columns,
                layout.properties(),
                layout.folder().compression(),
                layout.folder().maxFileBytes(),
                layout.memoryBytes()));
    return new FolderTaskWriter(layout, target, format, writer, task);
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    return new FolderCommit(plans.of(plan), target).run(outputs);
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    FolderPlan layout = plans.of(plan);
    try {
      return target.clean(layout, ManifestJson.files(kept));
    } catch (IOException e) {
      throw new StorageException(
          layout.folder().location(),
          String.format(
              "The leftovers of the export %s to %s could not be removed: %s",
              layout.jobId(), layout.folder().location(), StorageTrouble.of(e)),
          e);
    }
  }

  /** Closes the clients of object stores. */
  @Override
  public void close() {
    target.close();
  }

  private StorageException unusable(IOException e) {
    return new StorageException(
        folder.location(),
        "The folder " + folder.location() + " cannot be written to: " + StorageTrouble.of(e),
        e);
  }

  /** Resumes an export to a folder that this or another process planned. */
  private final class FolderResumption {

    private final FolderPlan planned;

    FolderResumption(FolderPlan planned) {
      this.planned = planned;
    }

    /**
     * Returns the plan for this process.
     *
     * @throws StorageException if the export, the target or the folder differs from the plan
     */
    FolderPlan run(ExportDescription export) throws IOException {
      FolderPlan now = FolderPlan.of(export, folder, format.name(), format.properties(export));
      TargetState state = target.state(now);
      now = now.in(state.folder());
      requireSame(now);
      if (!isCommitted(now)) {
        requireFit(state);
      }
      return planned.withMemory(now.memoryBytes());
    }

    private void requireSame(FolderPlan now) {
      List<String> differences = new ArrayList<>();
      compare(differences, "the export's id", planned.jobId(), now.jobId());
      compare(differences, "the folder", planned.folder().location(), now.folder().location());
      compare(differences, "the mode", planned.folder().mode(), now.folder().mode());
      compare(differences, "the format", planned.format(), now.format());
      compare(
          differences,
          "the compression",
          planned.folder().compression(),
          now.folder().compression());
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
                "The export %s to %s cannot be resumed because it differs from its plan: %s;"
                    + " restore the earlier settings or start a new export",
                planned.jobId(), planned.folder().location(), String.join("; ", differences)));
      }
    }

    private static void compare(List<String> differences, String what, Object then, Object now) {
      if (!Objects.equals(then, now)) {
        differences.add(what + " was " + then + " and is now " + now);
      }
    }

    private void requireFit(TargetState state) {
      if (planned.folder().mode() == WriteMode.CREATE && !state.entries().isEmpty()) {
        throw error(
            String.format(
                "The export %s to %s cannot be resumed: it creates that folder, but another writer"
                    + " has put files there in the meantime; move them away or start a new export"
                    + " to another folder",
                planned.jobId(), planned.folder().location()));
      }
      state.requireFit(planned);
    }

    private StorageException error(String message) {
      return new StorageException(planned.folder().location(), message, null);
    }
  }
}
