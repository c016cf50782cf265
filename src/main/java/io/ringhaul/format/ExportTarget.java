package io.ringhaul.format;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where an export goes: an immutable description, such as {@code IcebergTarget}. */
@FunctionalInterface
public interface ExportTarget {

  /**
   * Opens what the target needs, such as a catalog. The caller closes it.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if it cannot be opened
   */
  TargetSession open();

  /**
   * What must stay the same for an export to be taken up by another process, each part by its name
   * for people, such as {@code target folder}: where it goes, and how what is there is treated.
   * Settings that concern only files to come, such as their size, are not among it.
   */
  default Map<String, String> identity() {
    return Map.of();
  }

  /**
   * The folder of this machine that the files of an export are written to or beside, for a look at
   * its room and its permissions; it need not exist yet. Empty if they go elsewhere.
   */
  default Optional<Path> localFolder() {
    return Optional.empty();
  }

  /** The folder for files that an export writes for itself and removes; empty if it writes none. */
  default Optional<Path> spillFolder() {
    return Optional.empty();
  }
}
