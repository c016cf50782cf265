package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * The commit was sent, and whether it took effect is not known, or it took effect elsewhere than
 * asked for. The written files were left in place: deleting them could break a table that holds
 * them.
 */
public class UnknownCommitStateException extends StorageException {

  private static final long serialVersionUID = 1;

  /**
   * @param location the table's name in its catalog
   */
  public UnknownCommitStateException(String location, String message, @Nullable Throwable cause) {
    super(location, message, cause);
  }
}
