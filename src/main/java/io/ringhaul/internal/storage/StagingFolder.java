package io.ringhaul.internal.storage;

import io.ringhaul.internal.disk.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for the parts of uploads that wait to be sent, in the folder of temporary files. Its
 * process holds a lock on a file in it, so that the next process removes the folder if its own was
 * killed.
 */
final class StagingFolder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StagingFolder.class);

  private static final String PREFIX = "ringhaul-upload-";
  private static final String LOCK = "lock";

  /** The age of a folder before which its process may not have locked it yet. */
  private static final Duration LOCKED_WITHIN = Duration.ofMinutes(1);

  /**
   * The folders of this process. Their locks must not be looked at: on Linux, closing a file
   * releases all locks that the process has on it.
   */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private StagingFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Creates a folder that only its owner can read, and removes those of processes that ended. */
  static StagingFolder create() throws IOException {
    Path path = Files.createTempDirectory(PREFIX);
    OWN.add(path);
    FileChannel lock =
        FileChannel.open(
            path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    if (lock.tryLock() == null) {
      throw new IOException("the folder " + path + " is used by another process");
    }
    removeLeftovers(DurableFiles.parent(path));
    return new StagingFolder(path, lock);
  }

  private static void removeLeftovers(Path parent) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (!OWN.contains(folder) && isOld(folder.resolve(LOCK)) && isLeft(folder)) {
          DurableFiles.delete(folder);
        }
      }
    } catch (IOException e) {
      LOG.debug("A folder of an earlier process in {} was not removed", parent, e);
    }
  }

  private static boolean isOld(Path lock) throws IOException {
    return Files.exists(lock)
        && Files.getLastModifiedTime(lock).toInstant().isBefore(Instant.now().minus(LOCKED_WITHIN));
  }

  private static boolean isLeft(Path folder) {
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (IOException | OverlappingFileLockException e) {
      // It belongs to another user, or to this process.
      return false;
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try (lock) {
      DurableFiles.delete(path);
      OWN.remove(path);
    } catch (IOException e) {
      LOG.warn("{} is no longer needed, but could not be deleted: {}", path, e.toString());
    }
  }
}
