package io.ringhaul.internal.iceberg;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data files and row files that one session has begun. Cleaning uses this list if the storage
 * cannot list files.
 */
final class WrittenFiles {

  private static final Logger LOG = LoggerFactory.getLogger(WrittenFiles.class);

  private final Set<String> locations = ConcurrentHashMap.newKeySet();
  private volatile boolean mayBeCommitted;

  /** Adds a file that a task or final step begins. */
  void add(String location) {
    locations.add(location);
  }

  /** Tries to delete the file of a failed task or final step. */
  void abandon(Supplier<FileIO> io, String location) {
    try {
      io.get().deleteFile(location);
      locations.remove(location);
    } catch (RuntimeException e) {
      // The user sees the original failure; cleaning tries to delete the file again.
    }
  }

  /** Deletes files that are in no snapshot. Logs a warning for a file that cannot be deleted. */
  static void discard(FileIO io, List<String> locations) {
    for (String location : locations) {
      try {
        io.deleteFile(location);
      } catch (NotFoundException e) {
        // The file was already deleted.
      } catch (RuntimeException e) {
        LOG.warn("The file {} is in no snapshot and could not be deleted", location, e);
      }
    }
  }

  /** Returns the files of an export. */
  List<String> of(UUID job) {
    return locations.stream()
        .filter(location -> DataFileName.isOf(job, DataFileName.of(location)))
        .toList();
  }

  /** Returns whether this session tried to commit the files and the commit was not rejected. */
  boolean mayBeCommitted() {
    return mayBeCommitted;
  }

  void mayBeCommitted(boolean may) {
    mayBeCommitted = may;
  }
}
