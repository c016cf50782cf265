package io.ringhaul.iceberg;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Set;

/** Tells failures of the storage from failures of a catalog. */
final class CommitTrouble {

  /** SQLITE_READONLY, SQLITE_FULL and SQLITE_CANTOPEN: its transaction is undone then. */
  private static final Set<Integer> SQLITE_CODES = Set.of(8, 13, 14);

  /** The rest of a code of SQLite says more of the same. */
  private static final int PRIMARY_CODE = 0xff;

  private CommitTrouble() {}

  /**
   * Whether a commit failed since a file could not be written, so that the catalog was not asked;
   * or since a catalog that is a file could not be written. Nothing is under way any more then, so
   * that a look at the table tells whether the commit took effect.
   */
  static boolean isOfStorage(RuntimeException failure) {
    if (failure instanceof UncheckedIOException) {
      return true;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql
          && sql.getClass().getName().startsWith("org.sqlite.")
          && SQLITE_CODES.contains(sql.getErrorCode() & PRIMARY_CODE)) {
        return true;
      }
    }
    return false;
  }
}
