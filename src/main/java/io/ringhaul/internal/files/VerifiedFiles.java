package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Checks checksums, each file's once, before any row of it is read. */
final class VerifiedFiles {

  private final Map<Path, FutureTask<String>> checksums = new ConcurrentHashMap<>();

  /**
   * Waits until the file is checked.
   *
   * @throws StorageException if its checksum is another, or if it cannot be read
   */
  void require(FilePart part) {
    String sha256 = part.sha256().orElse("");
    if (sha256.isEmpty()) {
      return;
    }
    SourceFile file = part.file();
    String actual = checksum(file);
    if (actual.equals(sha256)) {
      return;
    }
    throw new StorageException(
        file.path().toString(),
        part.isPinned()
            ? String.format(
                "The file %s has changed since the job began: its SHA-256 checksum is %s and was"
                    + " %s; bring the file back, or begin a new job",
                file.path(), actual, sha256)
            : String.format(
                "The file %s is damaged: its SHA-256 checksum is %s, and the manifest beside it"
                    + " says %s; restore the file, or leave the check out",
                file.path(), actual, sha256),
        null);
  }

  /**
   * The checksum of the whole file, which is computed once.
   *
   * @throws StorageException if it cannot be read
   */
  String checksum(SourceFile file) {
    FutureTask<String> checksum =
        checksums.computeIfAbsent(
            file.path(), path -> new FutureTask<>(() -> Checksums.sha256(path)));
    checksum.run(); // does nothing if another thread has begun
    try {
      return checksum.get();
    } catch (ExecutionException e) {
      throw file.unreadable(e.getCause() instanceof IOException cause ? cause : e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw file.unreadable(e);
    }
  }
}
