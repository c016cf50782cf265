package io.ringhaul.internal.iceberg;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;

/** Tells failures of the storage from failures of a catalog. */
final class CommitTrouble {

  /** SQLITE_READONLY, SQLITE_FULL and SQLITE_CANTOPEN: its transaction is undone then. */
  private static final Set<Integer> SQLITE_CODES = Set.of(8, 13, 14);

  /** The rest of a code of SQLite says more of the same. */
  private static final int PRIMARY_CODE = 0xff;

  /** How Iceberg's REST client tells an answer that it has no exception of its own for. */
  private static final Pattern REST_REFUSAL =
      Pattern.compile("Unable to process \\(code: 4(?!08)[0-9]{2},.*", Pattern.DOTALL);

  private CommitTrouble() {}

  /** Whether somebody else was faster, so that nothing was committed. */
  static boolean isConflict(RuntimeException failure) {
    return failure instanceof CommitFailedException
        || failure instanceof AlreadyExistsException
        || failure instanceof ValidationException;
  }

  /**
   * Whether the catalog refused the commit, which would not help to send again. A catalog over REST
   * means that by an answer from 400 to 499; 408 says that it has waited too long, and no more.
   */
  static boolean isRefusal(RuntimeException failure) {
    return failure instanceof ForbiddenException
        || failure instanceof NotAuthorizedException
        || failure instanceof BadRequestException
        || failure instanceof NoSuchTableException
        || failure instanceof NoSuchNamespaceException
        || (failure instanceof IllegalArgumentException && isAnswer(failure))
        || (failure instanceof RESTException
            && REST_REFUSAL.matcher(String.valueOf(failure.getMessage())).matches());
  }

  /** Some servers call a bad request an illegal argument, as which Iceberg's client throws it. */
  private static boolean isAnswer(RuntimeException failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return trace.length > 0
        && trace[0].getClassName().startsWith("org.apache.iceberg.rest.ErrorHandlers");
  }

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
