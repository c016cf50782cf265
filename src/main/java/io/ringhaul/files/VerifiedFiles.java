package io.ringhaul.files;

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
   * Waits until the file is checked against what a manifest says.
   *
   * @throws StorageException if its checksum is another, or if it cannot be read
   */
  void require(SourceFile file, String sha256) {
    String actual = checksum(file);
    if (!actual.equals(sha256)) {
      throw new StorageException(
          file.path().toString(),
          String.format(
              "The file %s is damaged: its SHA-256 checksum is %s, and the %s beside it says %s;"
                  + " restore the file, or leave the check out",
              file.path(), actual, Manifest.NAME, sha256),
          null);
    }
  }

  /**
   * Waits until the file is checked against what it was.
   *
   * @throws StorageException if its checksum is another, or if it cannot be read
   */
  void requireUnchanged(SourceFile file, String pin) {
    String actual = checksum(file);
    if (!actual.equals(pin)) {
      throw new StorageException(
          file.path().toString(),
          String.format(
              "The file %s has changed since the job began: its SHA-256 checksum was %s and is now"
                  + " %s; restore it as it was, or begin another job",
              file.path(), pin, actual),
          null);
    }
  }

  /**
   * The file's checksum, computed once.
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
