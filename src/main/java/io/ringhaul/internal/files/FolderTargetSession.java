package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** Takes up an export to a folder that was planned before, maybe by another process. */
  private static final class FolderResumption {

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
                "The export %s to %s cannot be taken up again: it was to make that folder, and in"
                    + " the meantime somebody else has put files there; move them away, or begin a"
                    + " new export to another folder",
                planned.jobId(), planned.folder().path()));
      }
      state.requireFit(planned);
    }

    private StorageException error(String message) {
      return new StorageException(planned.folder().path().toString(), message, null);
    }
  }

  /**
   * Removes what an export has left beside its folder and in it. Beside it lies the staging folder,
   * which is the export's alone. In it may lie files that an appending which was cut off had moved
   * there before it could write the manifest: those that stay go back to the staging folder, so
   * that who reads the folder without its manifest does not see them either.
   *
   * <p>What a manifest names is never touched, and in a folder without a manifest nothing is.
   */
  private static final class FolderCleaning {

    private final FolderPlan plan;
    private final Path folder;
    private final Path staging;
    private final List<PartFile> kept;

    /**
     * @param kept the files that stay
     */
    FolderCleaning(FolderPlan plan, List<PartFile> kept) {
      this.plan = plan;
      this.folder = plan.folder().path();
      this.staging = plan.staging();
      this.kept = kept;
    }

    /**
     * Cleans, unless another commit to the folder is under way for too long.
     *
     * @return how many files were removed
     * @throws StorageException if the folder cannot be looked at, or a file cannot be removed
     */
    int run() {
      try {
        if (!Files.isDirectory(DurableFiles.parent(folder))) {
          // Not made again for a lock on nothing.
          requirePresent();
          return 0;
        }
        // Without leftovers nothing is written, not even a lock.
        return hasLeftovers() || !kept.isEmpty() ? FolderLock.holding(folder, this::locked) : 0;
      } catch (IOException e) {
        throw new StorageException(
            folder.toString(),
            String.format(
                "What the export %s to %s has left could not be removed: %s",
                plan.jobId(), folder, StorageTrouble.of(e)),
            e);
      }
    }

    private boolean hasLeftovers() throws IOException {
      return Files.exists(staging)
          || Files.exists(plan.aside())
          || (Files.isDirectory(folder)
              && entries(folder).stream()
                  .anyMatch(entry -> PartName.isOf(plan.jobId(), name(entry))));
    }

    private int locked() throws IOException {
      // An overwriting that was cut off may have left the folder aside: it comes back first.
      TargetState.settle(folder);
      Optional<Manifest> manifest = Manifest.find(folder);
      boolean isCommitted = manifest.filter(found -> found.holds(plan.jobId())).isPresent();
      Set<String> stay =
          isCommitted ? Set.of() : kept.stream().map(PartFile::name).collect(Collectors.toSet());
      if (!isCommitted) {
        requirePresent();
      }
      int removed = manifest.isPresent() ? cleanFolder(manifest.get(), stay) : 0;
      return removed + cleanStaging(stay);
    }

    /** Better told now than after hours, by the commit. */
    private void requirePresent() {
      for (PartFile file : kept) {
        // One without rows is no part of the result where others have some.
        if (file.rows() > 0
            && !Files.exists(staging.resolve(file.name()))
            && !Files.exists(folder.resolve(file.name()))) {
          throw new StorageException(
              staging.toString(),
              String.format(
                  "The file %s of the export %s is gone from %s; begin a new export",
                  file.name(), plan.jobId(), staging),
              null);
        }
      }
    }

    private int cleanFolder(Manifest manifest, Set<String> stay) throws IOException {
      Set<String> named = manifest.files().stream().map(PartFile::name).collect(Collectors.toSet());
      int removed = 0;
      for (Path entry : entries(folder)) {
        String name = name(entry);
        if (!PartName.isOf(plan.jobId(), name)
            || named.contains(PartName.leftover(name).orElse(name))) {
          continue;
        }
        if (stay.contains(name)) {
          DurableFiles.createFolder(staging);
          DurableFiles.rename(entry, staging.resolve(name));
        } else if (Files.deleteIfExists(entry)) {
          removed++;
        }
      }
      // Whoever wrote it is dead: manifests are written under the lock.
      if (Files.deleteIfExists(DurableFiles.temporary(folder.resolve(Manifest.NAME)))) {
        removed++;
      }
      Manifest.removeReplaced(folder);
      return removed;
    }

    private int cleanStaging(Set<String> stay) throws IOException {
      if (!Files.isDirectory(staging)) {
        return 0;
      }
      int removed = 0;
      for (Path entry : entries(staging)) {
        if (!stay.contains(name(entry))) {
          removed += count(entry);
          DurableFiles.delete(entry);
        }
      }
      if (stay.isEmpty()) {
        DurableFiles.delete(staging);
      }
      return removed;
    }

    private static int count(Path entry) throws IOException {
      try (Stream<Path> files = Files.walk(entry)) {
        return (int) files.filter(file -> !Files.isDirectory(file)).count();
      }
    }

    private static List<Path> entries(Path folder) throws IOException {
      List<Path> entries = new ArrayList<>();
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
        found.forEach(entries::add);
      }
      return entries;
    }

    private static String name(Path path) {
      return String.valueOf(path.getFileName());
    }
  }
}
