package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.Manifest.PartFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits an export to a folder. The manifest contains the job's id, by which a second commit of
 * the same job is recognized.
 *
 * <p>A new folder appears by one rename. An existing folder that is overwritten is first renamed to
 * a temporary name and deleted at the end. After a crash between the two renames, a repeated commit
 * completes the second one; planning, resuming or cleaning an export restores the old folder.
 * Appended files are published when the manifest is replaced. This is atomic for readers of the
 * manifest, but not for readers that list the folder's files, because the files are moved there one
 * by one before.
 */
final class FolderCommit {

  private static final Logger LOG = LoggerFactory.getLogger(FolderCommit.class);

  private final FolderPlan plan;
  private final Path folder;
  private final Path staging;

  FolderCommit(FolderPlan plan) {
    this.plan = plan;
    this.folder = plan.folder().path();
    this.staging = plan.staging();
  }

  /**
   * Commits, or returns the result of an earlier commit of the job. If the commit fails, the staged
   * files stay and the commit can be repeated.
   *
   * @throws StorageException if the export does not fit the folder or cannot be moved there
   * @throws UnknownCommitStateException if it is not known whether the commit is on disk
   */
  CommitResult run(List<TaskOutput> outputs) {
    List<PartFile> files = files(outputs);
    try {
      return FolderLock.holding(folder, () -> locked(files));
    } catch (IOException e) {
      if (mayBeCommitted(e)) {
        throw new UnknownCommitStateException(
            folder.toString(),
            String.format(
                "It is unknown whether the export is in %s and would survive a crash of the"
                    + " machine: %s. Repeat the commit to find out",
                folder, StorageTrouble.of(e)),
            e);
      }
      throw new StorageException(
          folder.toString(),
          String.format(
              "The export could not be committed to %s: %s", folder, StorageTrouble.of(e)),
          e);
    }
  }

  private boolean mayBeCommitted(IOException failure) {
    try {
      return committed().isPresent();
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return true;
    }
  }

  /** Returns the outputs whose files are missing or have changed; none if the job is committed. */
  List<TaskOutput> damaged(List<TaskOutput> outputs) throws IOException {
    List<TaskOutput> damaged = new ArrayList<>();
    if (committed().isEmpty()) {
      for (TaskOutput output : outputs) {
        for (PartFile file : ManifestJson.files(List.of(output))) {
          // One without rows is no part of the result where others have some.
          if (file.rows() > 0 && damage(file).isPresent()) {
            damaged.add(output);
            break;
          }
        }
      }
    }
    return damaged;
  }

  /** Returns a file's path: in the target folder if an interrupted append moved it there. */
  private Path written(PartFile file) {
    Path staged = staging.resolve(file.name());
    return Files.exists(staged) ? staged : folder.resolve(file.name());
  }

  private CommitResult locked(List<PartFile> files) throws IOException {
    Optional<Manifest> earlier = committed();
    if (earlier.isPresent()) {
      LOG.info(
          "Export {} was committed to {} before; nothing is committed again", plan.jobId(), folder);
      deleteQuietly(staging);
      deleteQuietly(plan.aside());
      removeReplacedManifest();
      return result(earlier.get());
    }
    Manifest manifest = prepare(files);
    show(manifest, files);
    return result(manifest);
  }

  private Optional<Manifest> committed() {
    return Manifest.find(folder).filter(manifest -> manifest.holds(plan.jobId()));
  }

  private Manifest prepare(List<PartFile> files) throws IOException {
    for (PartFile file : files) {
      Optional<String> damage = damage(file);
      if (damage.isPresent()) {
        throw new StorageException(
            staging.toString(),
            damage.get() + "; resume the job, which repeats that task, or run the export again",
            null);
      }
    }
    long rows = files.stream().mapToLong(PartFile::rows).sum();
    Manifest own =
        new Manifest(
            plan.format(),
            plan.properties(),
            plan.folder().compression(),
            plan.schema(),
            List.of(plan.job(rows)),
            files);
    if (Files.exists(plan.aside())) {
      // An earlier attempt has moved the old folder away: this one continues with the second
      // rename.
      return own;
    }
    TargetState state = TargetState.locked(plan.folder());
    state.requireFit(plan);
    return plan.folder().mode() == WriteMode.APPEND
        ? state.manifest().map(existing -> existing.with(own.jobs().get(0), files)).orElse(own)
        : own;
  }

  /** Returns how a file differs from what was written; empty if it does not. */
  private Optional<String> damage(PartFile file) throws IOException {
    Path path = written(file);
    if (!Files.exists(path)) {
      return Optional.of(String.format("The file %s is missing", staging.resolve(file.name())));
    }
    long size = Files.size(path);
    return size == file.bytes()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "The file %s has %d bytes, but %d were written: another program has changed it",
                path, size, file.bytes()));
  }

  /**
   * Prepares the staging folder for the rename: deletes files of other attempts and writes the
   * manifest.
   */
  private void settleStaging(Manifest manifest) throws IOException {
    DurableFiles.createFolder(staging);
    Set<String> names = manifest.files().stream().map(PartFile::name).collect(Collectors.toSet());
    try (DirectoryStream<Path> found = Files.newDirectoryStream(staging)) {
      for (Path entry : found) {
        if (!names.contains(entry.getFileName().toString())) {
          DurableFiles.delete(entry);
        }
      }
    }
    DurableFiles.write(staging.resolve(Manifest.NAME), ManifestJson.text(manifest));
  }

  private void show(Manifest manifest, List<PartFile> files) throws IOException {
    boolean holdsFiles = Manifest.existsIn(folder);
    if (plan.folder().mode() == WriteMode.APPEND && holdsFiles) {
      append(manifest, files);
      return;
    }
    settleStaging(manifest);
    if (plan.folder().mode() == WriteMode.OVERWRITE && Files.exists(folder)) {
      try {
        DurableFiles.rename(folder, plan.aside());
        DurableFiles.rename(staging, folder);
      } catch (IOException e) {
        if (!Files.exists(folder) && Files.exists(plan.aside())) {
          DurableFiles.rename(plan.aside(), folder);
        }
        throw e;
      }
    } else {
      DurableFiles.rename(staging, folder);
    }
    deleteQuietly(plan.aside());
  }

  private void append(Manifest manifest, List<PartFile> files) throws IOException {
    try {
      for (PartFile file : files) {
        Path staged = staging.resolve(file.name());
        if (Files.exists(staged)) {
          Files.move(staged, folder.resolve(file.name()));
        }
      }
      DurableFiles.force(folder);
      DurableFiles.write(folder.resolve(Manifest.NAME), ManifestJson.text(manifest));
    } catch (IOException e) {
      if (!mayBeCommitted(e)) {
        takeBack(files);
      }
      throw e;
    }
    removeReplacedManifest();
    deleteQuietly(staging);
  }

  /** After a crash before this step both manifests exist, and the new one is used. */
  private void removeReplacedManifest() {
    try {
      Manifest.removeReplaced(folder);
    } catch (IOException e) {
      LOG.warn(
          "{} is no longer needed, but could not be deleted: {}",
          folder.resolve(Manifest.OLD_NAME),
          e.toString());
    }
  }

  /**
   * Moves the files back to the staging folder, so that readers without the manifest do not see
   * them.
   */
  private void takeBack(List<PartFile> files) {
    for (PartFile file : files) {
      Path moved = folder.resolve(file.name());
      try {
        if (Files.exists(moved)) {
          Files.move(moved, staging.resolve(file.name()));
        }
      } catch (IOException e) {
        LOG.warn(
            "{} is in no manifest, but could not be moved back to the staging folder: {}",
            moved,
            e.toString());
      }
    }
    deleteQuietly(DurableFiles.temporary(folder.resolve(Manifest.NAME)));
  }

  /** Returns the files of all tasks that have rows; one file without rows if none has. */
  private static List<PartFile> files(List<TaskOutput> outputs) {
    List<PartFile> all = ManifestJson.files(outputs);
    List<PartFile> filled = all.stream().filter(file -> file.rows() > 0).toList();
    List<PartFile> kept = filled.isEmpty() ? all.stream().limit(1).toList() : filled;
    return kept.stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  private CommitResult result(Manifest manifest) {
    return new CommitResult(
        folder.toString(), manifest.files().size(), manifest.bytes(), OptionalLong.empty());
  }

  private static void deleteQuietly(Path leftover) {
    try {
      DurableFiles.delete(leftover);
    } catch (IOException e) {
      LOG.warn("{} is no longer needed, but could not be deleted: {}", leftover, e.toString());
    }
  }
}
