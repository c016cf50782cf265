package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Converts failures of a store's database to exceptions that say what to do.
 *
 * @param location what users know the database by
 * @param patience how long a locked database is waited for
 */
record StoreFailures(String location, boolean isSqlite, Duration patience) {

  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READ_ONLY = 8;
  private static final int IO_ERROR = 10;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANNOT_OPEN = 14;
  private static final int NO_DATABASE = 26;

  /**
   * Converts a failure of a statement.
   *
   * @param inDoubt whether it is unknown if a change was stored
   */
  StorageException of(SQLException failure, boolean inDoubt) {
    return exception(isSqlite ? sqlite(failure) : other(failure, inDoubt), failure);
  }

  /** A stored value is not the written one. */
  StorageException damaged(String how) {
    return exception(damage(how), null);
  }

  StorageException closed() {
    return exception(" is closed", null);
  }

  private StorageException exception(String what, @Nullable SQLException cause) {
    return new StorageException(location, "The job store " + location + what, cause);
  }

  private String sqlite(SQLException failure) {
    return switch (failure.getErrorCode()) {
      case BUSY, LOCKED ->
          " is locked by another process for longer than "
              + patience.toMillis() / 1000.0
              + " s; find the process that holds the lock, or use another store";
      case READ_ONLY ->
          " cannot be written: the file or its folder is read-only; grant this user write"
              + " permission for both, or use another store";
      case FULL ->
          " cannot be written: its disk is full; free some space and run the job again with "
              + Setting.RESUMING.call();
      case IO_ERROR ->
          " cannot be read or written; check that its disk has space and works. SQLite says: "
              + failure.getMessage();
      case CANNOT_OPEN ->
          " cannot be opened; check that it is a file which this user may write, in a folder"
              + " which this user may write. SQLite says: "
              + failure.getMessage();
      case CORRUPT -> damage(String.valueOf(failure.getMessage()));
      case NO_DATABASE -> " is not a job store: it is no SQLite database; name another file";
      default ->
          " cannot be used; if it is damaged, restore it or use another one. SQLite says: "
              + failure.getMessage();
    };
  }

  private static String other(SQLException failure, boolean inDoubt) {
    return " cannot be used: "
        + failure.getMessage()
        + (inDoubt
            ? "; it is unknown whether the last change was stored: check the job"
            : "; check that the database runs and that its user may create tables");
  }

  private static String damage(String how) {
    return " is damaged and must not be used: "
        + how
        + "; restore it from a backup, or start the job again in another store";
  }
}
