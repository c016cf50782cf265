package io.ringhaul.internal.iceberg;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.io.FileIO;

/**
 * The data files that the tasks of one session have begun: all that is known of an export's files
 * where the storage cannot list them.
 */
final class WrittenFiles {

  private final Set<String> locations = ConcurrentHashMap.newKeySet();
  private volatile boolean mayBeCommitted;

  /** A file is begun. */
  void add(String location) {
    locations.add(location);
  }

  /** Deletes a file that nobody will use, as far as the storage lets. */
  void abandon(FileIO io, String location) {
    try {
      io.deleteFile(location);
      locations.remove(location);
    } catch (RuntimeException e) {
      // The failure that led here is what the user must see; cleaning tries again.
    }
  }

  /** The files of an export. */
  List<String> of(UUID job) {
    return locations.stream()
        .filter(location -> DataFileName.isOf(job, DataFileName.of(location)))
        .toList();
  }

  /** Whether this session has tried to commit them and was not refused. */
  boolean mayBeCommitted() {
    return mayBeCommitted;
  }

  void mayBeCommitted(boolean may) {
    mayBeCommitted = may;
  }
}
