package io.ringhaul.format;

import java.nio.file.Path;
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
