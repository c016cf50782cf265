package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * The commit was sent, but its outcome is unknown, or it took effect in another place than
 * requested. The written files remain: deleting them could break a table that refers to them.
 */
public class UnknownCommitStateException extends StorageException {

  private static final long serialVersionUID = 1;

  /**
   * @param location the name of the table in its catalog
   */
  public UnknownCommitStateException(String location, String message, @Nullable Throwable cause) {
    super(location, message, cause);
  }
}
