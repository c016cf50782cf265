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
 * A running export to a folder of part files. The files are in a hidden staging folder beside the
 * target until the commit, which adds the manifest and publishes all files in one step.
 */
public final class FolderTargetSession implements TargetSession {

  private final TargetFolder folder;
  private final OutputFormat format;
  private final TypedPlan<TargetPlan, FolderPlan> plans = new TypedPlan<>(FolderPlan::decode);

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
      return plan.encode();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Returns whether the folder already contains this export. The commit then finds the earlier
   * commit, which the job did not record.
   */
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
  public Map<String, String> types(ExportDescription export) {
    return format.types(export);
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    try {
      return new FolderResumption(plans.of(plan)).run(export, folder, format).encode();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    try {
      return new FolderCommit(plans.of(plan)).damaged(outputs);
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
    return new FolderTaskWriter(layout, format, writer, task);
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    return new FolderCommit(plans.of(plan)).run(outputs);
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    return new FolderCleaning(plans.of(plan), ManifestJson.files(kept)).run();
  }

  /** Does nothing: the session keeps no file open between calls. */
  @Override
  public void close() {}

  private StorageException unusable(IOException e) {
    return new StorageException(
        folder.path().toString(),
        "The folder " + folder.path() + " cannot be written to: " + StorageTrouble.of(e),
        e);
  }

  /** Resumes an export to a folder that this or another process planned. */
  private static final class FolderResumption {

    private final FolderPlan planned;

    FolderResumption(FolderPlan planned) {
      this.planned = planned;
    }

    /**
     * Returns the plan for this process.
     *
     * @param folder the target's current settings
     * @throws StorageException if the export, the target or the folder differs from the plan
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
                "The export %s to %s cannot be resumed because it differs from its plan: %s;"
                    + " restore the earlier settings or start a new export",
                planned.jobId(), planned.folder().path(), String.join("; ", differences)));
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
                planned.jobId(), planned.folder().path()));
      }
      state.requireFit(planned);
    }

    private StorageException error(String message) {
      return new StorageException(planned.folder().path().toString(), message, null);
    }
  }

  /**
   * Removes the leftovers of an export: its staging folder beside the target, and files that an
   * interrupted append moved into the target before it wrote the manifest. Of the latter, kept
   * files go back to the staging folder, so that readers without the manifest do not see them
   * either.
   *
   * <p>Files that the manifest lists are never changed. In a folder without a manifest no file is
   * changed.
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
     * Removes the leftovers under the folder's lock.
     *
     * @return the number of removed files
     * @throws StorageException if the folder cannot be read, a file cannot be removed, or another
     *     commit holds the lock for too long
     */
    int run() {
      try {
        if (!Files.isDirectory(DurableFiles.parent(folder))) {
          // The lock file would recreate the parent folder.
          requirePresent();
          return 0;
        }
        // Without leftovers nothing is written, not even the lock file.
        return hasLeftovers() || !kept.isEmpty() ? FolderLock.holding(folder, this::locked) : 0;
      } catch (IOException e) {
        throw new StorageException(
            folder.toString(),
            String.format(
                "The leftovers of the export %s to %s could not be removed: %s",
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
      // An interrupted overwrite may have left the folder under its temporary name; restore it
      // first.
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

    /** Fails now if a kept file is missing, not hours later in the commit. */
    private void requirePresent() {
      for (PartFile file : kept) {
        // The commit drops a file without rows if others have rows.
        if (file.rows() > 0
            && !Files.exists(staging.resolve(file.name()))
            && !Files.exists(folder.resolve(file.name()))) {
          throw new StorageException(
              staging.toString(),
              String.format(
                  "The file %s of the export %s is missing from %s; start a new export",
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
      // Manifests are written under the lock, so the process that wrote this one has ended.
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
