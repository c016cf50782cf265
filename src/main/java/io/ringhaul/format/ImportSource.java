package io.ringhaul.format;

import java.util.Map;

/** The source of an import: an immutable description, such as {@code IcebergSource}. */
@FunctionalInterface
public interface ImportSource {

  /**
   * Opens the resources of the source, such as a catalog. The caller closes the session.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be opened
   */
  SourceSession open();

  /**
   * Returns whether the source is a stream: it is read once, so that an import of it is no job and
   * cannot be resumed, and its rows may arrive late, so that they are written without waiting for
   * others. Default: false.
   */
  default boolean isStream() {
    return false;
  }

  /**
   * Returns the settings that must stay the same when another process resumes an import, by names
   * for messages such as {@code source format}: the location of the rows, and how they are read.
   */
  default Map<String, String> identity() {
    return Map.of();
  }
}
