package io.ringhaul.internal.iceberg;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.iceberg.io.FileIO;

/**
 * The data files that the tasks of one session have begun. Cleaning uses this list if the storage
 * cannot list files.
 */
final class WrittenFiles {

  private final Set<String> locations = ConcurrentHashMap.newKeySet();
  private volatile boolean mayBeCommitted;

  /** Adds a file that a task begins. */
  void add(String location) {
    locations.add(location);
  }

  /** Tries to delete the file of a failed task. */
  void abandon(Supplier<FileIO> io, String location) {
    try {
      io.get().deleteFile(location);
      locations.remove(location);
    } catch (RuntimeException e) {
      // The user sees the original failure; cleaning tries to delete the file again.
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
