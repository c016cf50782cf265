package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Removes what an export has left beside its folder and in it. Beside it lies the staging folder,
 * which is the export's alone. In it may lie files that an appending which was cut off had moved
 * there before it could write the manifest: those that stay go back to the staging folder, so that
 * who reads the folder without its manifest does not see them either.
 *
 * <p>What a manifest names is never touched, and in a folder without a manifest nothing is.
 */
final class FolderCleaning {

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
