package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Allows one commit at a time to change a folder, across processes: two concurrent appends would
 * each write a manifest without the other's files. The lock is a file lock on a hidden file beside
 * the folder. The lock file is never deleted: otherwise one process could hold the deleted file and
 * another a new one of the same name.
 */
final class FolderLock {

  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

  /**
   * The lock files that this process has open. File locks belong to the process: it loses its lock
   * when it closes any channel to that file. All sessions of the process therefore share one
   * channel per lock file.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final String LOCK = ".ringhaul-lock";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long PAUSE_MILLIS = 20;

  private FolderLock() {}

  /** A step that may throw an {@link IOException}. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /** Runs the step while it holds the folder's lock. */
  static <T> T holding(Path folder, Step<T> step) throws IOException {
    Path parent = DurableFiles.parent(folder);
    DurableFiles.createFolder(parent);
    Path path = parent.toRealPath().resolve(FolderPlan.hidden(folder, LOCK));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!HELD.add(path)) {
      pause(folder, deadline);
    }
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = acquire(channel, folder, deadline)) {
      LOG.debug("{} is held", lock);
      return step.run();
    } finally {
      HELD.remove(path);
    }
  }

  private static FileLock acquire(FileChannel channel, Path folder, long deadline)
      throws IOException {
    FileLock lock = channel.tryLock();
    while (lock == null) {
      pause(folder, deadline);
      lock = channel.tryLock();
    }
    return lock;
  }

  private static void pause(Path folder, long deadline) {
    if (System.nanoTime() - deadline > 0) {
      throw new StorageException(
          folder.toString(),
          "Another export has been committing to "
              + folder
              + " for more than a minute; wait until it ends, or stop it",
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
