package io.ringhaul.files;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lets one commit at a time change a folder, whichever process it runs in: two that append would
 * otherwise each write a manifest without the other's files.
 */
final class FolderLock {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long PAUSE_MILLIS = 20;

  private FolderLock() {}

  /** A step that may fail. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /** Runs the step while no other commit to the folder runs. */
  static <T> T holding(Path folder, Step<T> step) throws IOException {
    Path path = folder.resolveSibling(FolderPlan.hidden(folder, ".ringhaul-lock"));
    DurableFiles.createFolder(DurableFiles.parent(folder));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (FileChannel channel =
              FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = attempt(channel, path)) {
        if (lock != null) {
          try {
            return step.run();
          } finally {
            Files.deleteIfExists(path);
          }
        }
      }
      pause(folder, deadline);
    }
  }

  private static @Nullable FileLock attempt(FileChannel channel, Path path) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another thread of this process has it
    }
    if (lock != null && !isCurrent(channel, path)) {
      lock.close();
      return null;
    }
    return lock;
  }

  /** Whether the locked file is still the one of that name: the last holder deletes it. */
  private static boolean isCurrent(FileChannel channel, Path path) throws IOException {
    String mark = UUID.randomUUID().toString();
    channel.truncate(0);
    channel.write(StandardCharsets.US_ASCII.encode(mark), 0);
    try {
      return Files.readString(path, StandardCharsets.US_ASCII).equals(mark);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void pause(Path folder, long deadline) {
    if (System.nanoTime() - deadline > 0) {
      throw new StorageException(
          folder.toString(),
          "Another export is being committed to " + folder + " and does not come to an end",
          null);
    }
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(
          folder.toString(), "Interrupted while waiting to commit to " + folder, e);
    }
  }
}
