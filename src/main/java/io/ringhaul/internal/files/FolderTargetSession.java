package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
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
      if (!isCommitted(state, plan)) {
        state.requireFit(plan);
      }
      return plan.toPlan();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** A job whose commit was not recorded finds it when it comes to committing. */
  private static boolean isCommitted(TargetState state, FolderPlan plan) throws IOException {
    boolean hasFiles =
        state.entries().stream()
            .anyMatch(entry -> PartName.isOf(plan.jobId(), entry.getFileName().toString()));
    return hasFiles
        && Manifest.find(state.folder().path())
            .filter(manifest -> manifest.holds(plan.jobId()))
            .isPresent();
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    try {
      return new FolderResumption(FolderPlan.from(plan)).run(export, folder, format).toPlan();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    try {
      return new FolderCommit(FolderPlan.from(plan)).damaged(outputs);
    } catch (IOException e) {
      throw unusable(e);
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
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    return new FolderCleaning(FolderPlan.from(plan), ManifestJson.files(kept)).run();
  }

  /** Does nothing: no file stays open between calls. */
  @Override
  public void close() {}

  private StorageException unusable(IOException e) {
    return new StorageException(
        folder.path().toString(),
        "The folder " + folder.path() + " cannot be written to: " + StorageTrouble.of(e),
        e);
  }
}
