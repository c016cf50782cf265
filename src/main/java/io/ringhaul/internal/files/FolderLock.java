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
 * Lets one commit at a time change a folder, whichever process it runs in: two that append would
 * otherwise each write a manifest without the other's files. The lock is one on a hidden file
 * beside the folder. That file stays: if it were deleted, one process could hold the old file and
 * another a new one of the same name.
 */
final class FolderLock {

  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

  /**
   * The lock files that this process has open: a process has only one lock on a file, and loses it
   * as soon as it closes any of its channels to that file. So there may be one channel only, for
   * all classes and sessions of the process, as the lock is the whole process's.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final String LOCK = ".ringhaul-lock";
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
