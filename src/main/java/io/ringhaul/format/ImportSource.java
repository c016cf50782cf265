package io.ringhaul.format;

import java.util.Map;

/** Where an import comes from: an immutable description, such as {@code IcebergSource}. */
@FunctionalInterface
public interface ImportSource {

  /**
   * Opens what the source needs, such as a catalog. The caller closes it.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if it cannot be opened
   */
  SourceSession open();

  /**
   * What must stay the same for an import to be taken up by another process, each part by its name
   * for people, such as {@code source format}: where the rows come from, and how they are read.
   */
  default Map<String, String> identity() {
    return Map.of();
  }
}
