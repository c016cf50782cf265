package io.ringhaul.format;

/** Where an export goes: an immutable description, such as {@code IcebergTarget}. */
@FunctionalInterface
public interface ExportTarget {

  /**
   * Opens what the target needs, such as a catalog. The caller closes it.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if it cannot be opened
   */
  TargetSession open();
}
