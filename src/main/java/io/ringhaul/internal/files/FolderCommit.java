package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.Manifest.PartFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits an export to a folder. The manifest contains the job's id, by which a second commit of
 * the same job is recognized. How files become visible is told by {@link LocalTargetFiles} and
 * {@link ObjectTargetFiles}.
 */
final class FolderCommit {

  private static final Logger LOG = LoggerFactory.getLogger(FolderCommit.class);

  private final FolderPlan plan;
  private final TargetFiles target;
  private final String folder;

  /** Whether the commit has begun to publish files, so that its result may be unknown. */
  private boolean isPublishing;

  FolderCommit(FolderPlan plan, TargetFiles target) {
    this.plan = plan;
    this.target = target;
    this.folder = plan.folder().location();
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
      return target.exclusively(plan, () -> locked(files));
    } catch (IOException e) {
      if (isPublishing && mayBeCommitted(e)) {
        throw new UnknownCommitStateException(
            folder,
            String.format(
                "It is unknown whether the export is in %s%s: %s. Repeat the commit to find out",
                folder,
                plan.folder().isObject() ? "" : " and would survive a crash of the machine",
                StorageTrouble.of(e)),
            e);
      }
      throw new StorageException(
          folder,
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
      Map<String, Long> sizes = target.sizes(plan, ManifestJson.files(outputs));
      for (TaskOutput output : outputs) {
        for (PartFile file : ManifestJson.files(List.of(output))) {
          // One without rows is no part of the result where others have some.
          if (file.rows() > 0 && damage(file, sizes).isPresent()) {
            damaged.add(output);
            break;
          }
        }
      }
    }
    return damaged;
  }

  private CommitResult locked(List<PartFile> files) throws IOException {
    Optional<Manifest> earlier = committed();
    if (earlier.isPresent()) {
      LOG.info(
          "Export {} was committed to {} before; nothing is committed again", plan.jobId(), folder);
      target.tidy(plan, earlier.get());
      return result(earlier.get());
    }
    requireUndamaged(files);
    TargetState state = target.stateToCommit(plan);
    state.requireFit(plan);
    Manifest manifest = manifest(state, files);
    isPublishing = true;
    target.publish(plan, state, manifest, files);
    return result(manifest);
  }

  private Optional<Manifest> committed() {
    return target.manifest(plan).filter(manifest -> manifest.holds(plan.jobId()));
  }

  private void requireUndamaged(List<PartFile> files) throws IOException {
    Map<String, Long> sizes = target.sizes(plan, files);
    for (PartFile file : files) {
      Optional<String> damage = damage(file, sizes);
      if (damage.isPresent()) {
        throw new StorageException(
            folder,
            damage.get() + "; resume the job, which repeats that task, or run the export again",
            null);
      }
    }
  }

  private Manifest manifest(TargetState state, List<PartFile> files) {
    long rows = files.stream().mapToLong(PartFile::rows).sum();
    Manifest own =
        new Manifest(
            plan.format(),
            plan.properties(),
            plan.folder().compression(),
            plan.schema(),
            List.of(plan.job(rows)),
            files);
    return plan.folder().mode() == WriteMode.APPEND
        ? state.manifest().map(existing -> existing.with(own.jobs().get(0), files)).orElse(own)
        : own;
  }

  /** Returns how a file differs from what was written; empty if it does not. */
  private Optional<String> damage(PartFile file, Map<String, Long> sizes) {
    Long size = sizes.get(file.name());
    if (size == null) {
      return Optional.of(
          String.format("The file %s is missing", target.waiting(plan, file.name())));
    }
    return size == file.bytes()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "The file %s has %d bytes, but %d were written: another program has changed it",
                target.waiting(plan, file.name()), size, file.bytes()));
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
        folder, manifest.files().size(), manifest.bytes(), OptionalLong.empty());
  }
}
