package io.ringhaul.files;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.files.Manifest.PartFile;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
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
 * manifest is replaced.
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
   * Commits, or finds what an earlier commit of the job has done.
   *
   * @throws StorageException if the folder does not take the export; what was staged is deleted
   * @throws UnknownCommitStateException if it is not known whether the commit is on disk
   */
  CommitResult run(List<TaskOutput> outputs) {
    List<PartFile> files = files(outputs);
    try {
      return FolderLock.holding(folder, () -> locked(files));
    } catch (BulkOperationException e) {
      deleteQuietly(staging);
      throw e;
    } catch (IOException e) {
      if (committed().isPresent()) {
        throw new UnknownCommitStateException(
            folder.toString(),
            String.format(
                "The export is in %s, but it is not known whether a crash of the machine would"
                    + " leave it there: %s",
                folder, e),
            e);
      }
      giveUp(files);
      throw new StorageException(
          folder.toString(), "The export could not be put to " + folder + ": " + e, e);
    }
  }

  private CommitResult locked(List<PartFile> files) throws IOException {
    Optional<Manifest> earlier = committed();
    if (earlier.isPresent()) {
      LOG.info("Export {} was committed to {} before; it is left as it is", plan.jobId(), folder);
      deleteQuietly(staging);
      deleteQuietly(plan.aside());
      return result(earlier.get());
    }
    Manifest manifest = prepare(files);
    show(manifest, files);
    return result(manifest);
  }

  private Optional<Manifest> committed() {
    return Manifest.find(folder).filter(manifest -> manifest.holds(plan.jobId()));
  }

  /** Checks both folders; a task's second try or another process may have left files. */
  private Manifest prepare(List<PartFile> files) throws IOException {
    Set<String> names = files.stream().map(PartFile::name).collect(Collectors.toSet());
    DurableFiles.createFolder(staging);
    try (DirectoryStream<Path> found = Files.newDirectoryStream(staging)) {
      for (Path entry : found) {
        if (!names.contains(entry.getFileName().toString())) {
          Files.delete(entry);
        }
      }
    }
    for (PartFile file : files) {
      if (!Files.exists(staging.resolve(file.name()))
          && !Files.exists(folder.resolve(file.name()))) {
        throw new StorageException(
            staging.toString(),
            "The file " + staging.resolve(file.name()) + " is gone; run the export again",
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

  private void show(Manifest manifest, List<PartFile> files) throws IOException {
    boolean holdsFiles = Files.exists(folder.resolve(Manifest.NAME));
    if (plan.folder().mode() == WriteMode.APPEND && holdsFiles) {
      append(manifest, files);
      return;
    }
    DurableFiles.write(staging.resolve(Manifest.NAME), ManifestJson.text(manifest));
    if (plan.folder().mode() == WriteMode.OVERWRITE && Files.exists(folder)) {
      DurableFiles.rename(folder, plan.aside());
      try {
        DurableFiles.rename(staging, folder);
      } catch (IOException e) {
        if (!Files.exists(folder)) {
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
    for (PartFile file : files) {
      Path staged = staging.resolve(file.name());
      if (Files.exists(staged)) {
        Files.move(staged, folder.resolve(file.name()));
      }
    }
    DurableFiles.force(folder);
    DurableFiles.write(folder.resolve(Manifest.NAME), ManifestJson.text(manifest));
    deleteQuietly(staging);
  }

  /** The files of all tasks; one without rows only if no other has any. */
  private static List<PartFile> files(List<TaskOutput> outputs) {
    List<PartFile> all = new ArrayList<>();
    for (TaskOutput output : outputs) {
      for (String file : output.files()) {
        all.add(ManifestJson.file(ManifestJson.tree(file)));
      }
    }
    List<PartFile> filled = all.stream().filter(file -> file.rows() > 0).toList();
    List<PartFile> kept = filled.isEmpty() ? all.stream().limit(1).toList() : filled;
    return kept.stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  /** Removes what is in no manifest. */
  private void giveUp(List<PartFile> files) {
    deleteQuietly(staging);
    if (plan.folder().mode() == WriteMode.APPEND) {
      for (PartFile file : files) {
        try {
          Files.deleteIfExists(folder.resolve(file.name()));
        } catch (IOException e) {
          LOG.warn("{} is of no use and could not be deleted: {}", file.name(), e.toString());
        }
      }
    }
  }

  private CommitResult result(Manifest manifest) {
    return new CommitResult(
        folder.toString(), manifest.files().size(), manifest.bytes(), OptionalLong.empty());
  }

  private static void deleteQuietly(Path leftover) {
    try {
      DurableFiles.deleteFolder(leftover);
    } catch (IOException e) {
      LOG.warn("{} is of no use any more and could not be deleted: {}", leftover, e.toString());
    }
  }
}
