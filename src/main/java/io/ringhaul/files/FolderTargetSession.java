package io.ringhaul.files;

import io.ringhaul.cql.TableSchema;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.schema.ColumnDescription;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * An export to a folder of part files at work. The files lie in a hidden folder beside the target
 * until the commit, which puts the manifest to them and shows them in one step.
 */
public final class FolderTargetSession implements TargetSession {

  private final TargetFolder folder;
  private final OutputFormat format;

  public FolderTargetSession(TargetFolder folder, OutputFormat format) {
    this.folder = folder;
    this.format = format;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    Map<String, String> properties = format.properties(export);
    try {
      TargetState state = TargetState.of(folder);
      FolderPlan plan = FolderPlan.of(export, state.folder(), format.name(), properties);
      state.requireFit(plan);
      return plan.toPlan();
    } catch (IOException e) {
      throw new StorageException(
          folder.path().toString(),
          "The folder " + folder.path() + " cannot be written to: " + e,
          e);
    }
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    FolderPlan layout = FolderPlan.from(plan);
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
    return new FolderTaskWriter(layout, format, writer, task);
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    return new FolderCommit(FolderPlan.from(plan)).run(outputs);
  }

  @Override
  public void discard(TargetPlan plan, List<TaskOutput> outputs) {
    FolderPlan layout = FolderPlan.from(plan);
    try {
      DurableFiles.deleteFolder(layout.staging());
    } catch (IOException e) {
      throw new StorageException(
          layout.staging().toString(),
          "The files in " + layout.staging() + " are of no use and could not be deleted: " + e,
          e);
    }
  }

  /** Does nothing: no file stays open between calls. */
  @Override
  public void close() {}
}
