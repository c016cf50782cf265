package io.ringhaul.format;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The target of an export: an immutable description, such as {@code IcebergTarget}. */
@FunctionalInterface
public interface ExportTarget {

  /**
   * Opens the resources of the target, such as a catalog. The caller closes the session.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot be opened
   */
  TargetSession open();

  /**
   * Returns the settings that must stay the same when another process resumes an export, by names
   * for messages such as {@code target folder}: the location, and the treatment of existing data.
   * Settings that only affect new files, such as their size, are not included.
   */
  default Map<String, String> identity() {
    return Map.of();
  }

  /**
   * Returns whether the target is a stream: rows that are written to it cannot be taken back, so
   * that an export to it is no job and cannot be resumed. Default: false.
   */
  default boolean isStream() {
    return false;
  }

  /**
   * Returns the local folder in or beside which the files of an export are written. The preflight
   * checks its disk space and permissions. The folder need not exist. Empty if the files are not
   * local.
   */
  default Optional<Path> localFolder() {
    return Optional.empty();
  }

  /** Returns the folder of the temporary files of an export; empty if it writes none. */
  default Optional<Path> spillFolder() {
    return Optional.empty();
  }
}
