package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * A file, folder, catalog or warehouse table cannot be read or written, or does not match the
 * operation.
 */
public class StorageException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String location;

  /**
   * @param location the path, or the name of the table in its catalog
   * @param message one sentence that names the location and what to do
   */
  public StorageException(String location, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.location = location;
  }

  /** The path, or the name of the table in its catalog. */
  public String location() {
    return location;
  }
}
