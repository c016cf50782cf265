package io.ringhaul.format;

/** Where an import comes from: an immutable description, such as {@code IcebergSource}. */
@FunctionalInterface
public interface ImportSource {

  /**
   * Opens what the source needs, such as a catalog. The caller closes it.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if it cannot be opened
   */
  SourceSession open();
}
