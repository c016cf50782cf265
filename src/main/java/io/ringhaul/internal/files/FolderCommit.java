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
 * The one commit of an export to a folder. The job's id stands in the manifest: by it a second
 * commit of the same job is recognised.
 *
 * <p>A new folder appears by one rename. An existing one that is overwritten is moved aside first
 * and deleted afterwards; a crash between the two renames leaves it aside, and the next export, or
 * this one committed again, finds it there. What is appended counts from the moment on that the
 * manifest is replaced: for who reads the manifest that is one step, and for who takes all files of
 * the folder it is not, since they are moved there one by one before.
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
   * Commits, or finds what an earlier commit of the job has done. What is staged stays if this
   * fails: it can be committed again.
   *
   * @throws StorageException if the folder does not take the export
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
                "It is not known whether the export is in %s, and whether a crash of the machine"
                    + " would leave it there: %s. Commit it again to find out",
                folder, StorageTrouble.of(e)),
            e);
      }
      throw new StorageException(
          folder.toString(),
          String.format("The export could not be put to %s: %s", folder, StorageTrouble.of(e)),
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

  /** Those outputs whose files are not as they were written; none if all is committed. */
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

  /** One that was to be appended may have been moved before the commit was cut off. */
  private Path written(PartFile file) {
    Path staged = staging.resolve(file.name());
    return Files.exists(staged) ? staged : folder.resolve(file.name());
  }

  private CommitResult locked(List<PartFile> files) throws IOException {
    Optional<Manifest> earlier = committed();
    if (earlier.isPresent()) {
      LOG.info("Export {} was committed to {} before; it is left as it is", plan.jobId(), folder);
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
            damage.get() + "; resume the job, which runs its task again, or run the export again",
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
      return own;
    }
    TargetState state = TargetState.locked(plan.folder());
    state.requireFit(plan);
    return plan.folder().mode() == WriteMode.APPEND
        ? state.manifest().map(existing -> existing.with(own.jobs().get(0), files)).orElse(own)
        : own;
  }

  /** What happened to a file since it was written, if anything did. */
  private Optional<String> damage(PartFile file) throws IOException {
    Path path = written(file);
    if (!Files.exists(path)) {
      return Optional.of(String.format("The file %s is gone", staging.resolve(file.name())));
    }
    long size = Files.size(path);
    return size == file.bytes()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "The file %s has %d bytes, and %d were written: another program has changed it",
                path, size, file.bytes()));
  }

  /** Makes the staging folder what the folder is to be: without what other attempts have left. */
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

  /** A crash before this leaves both, of which the new one counts. */
  private void removeReplacedManifest() {
    try {
      Manifest.removeReplaced(folder);
    } catch (IOException e) {
      LOG.warn(
          "{} is of no use any more and could not be deleted: {}",
          folder.resolve(Manifest.OLD_NAME),
          e.toString());
    }
  }

  /** Who reads the folder without its manifest must not see what was not appended. */
  private void takeBack(List<PartFile> files) {
    for (PartFile file : files) {
      Path moved = folder.resolve(file.name());
      try {
        if (Files.exists(moved)) {
          Files.move(moved, staging.resolve(file.name()));
        }
      } catch (IOException e) {
        LOG.warn("{} is in no manifest and could not be taken back: {}", moved, e.toString());
      }
    }
    deleteQuietly(DurableFiles.temporary(folder.resolve(Manifest.NAME)));
  }

  /** The files of all tasks; one without rows only if no other has any. */
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
      LOG.warn("{} is of no use any more and could not be deleted: {}", leftover, e.toString());
    }
  }
}
