package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.TooManyRejectsException;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * The limit on rejected rows of an operation.
 *
 * @param rows maximum number of rejected rows
 * @param share maximum share of the rows read, from 0 to 1
 */
public record RejectLimit(long rows, double share) {

  /** No limit. */
  public static final RejectLimit NONE = new RejectLimit(Long.MAX_VALUE, 1);

  /** The share of fewer rows is not significant. */
  private static final long LEAST_READ = 100;

  private static final double PERCENT = 100;

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if a value is out of range
   */
  public RejectLimit {
    if (rows < 0) {
      throw new InvalidSettingException(
          "maxErrors", "maxErrors is " + rows + "; it takes 0 or more");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new InvalidSettingException(
          "maxErrorShare", "maxErrorShare is " + share + "; it takes 0 to 1");
    }
  }

  /** Returns a copy with another number of rows. */
  public RejectLimit withRows(long most) {
    return new RejectLimit(most, share);
  }

  /** Returns a copy with another share. */
  public RejectLimit withShare(double most) {
    return new RejectLimit(rows, most);
  }

  /**
   * Checks the limit during the operation. The share is checked once 100 rows are read.
   *
   * @param where the rejects file, for the message
   * @throws TooManyRejectsException if the limit is exceeded
   */
  void require(long rejected, long read, Object where) {
    if (rejected > rows) {
      throw exceeded(rejected, read, Setting.MAX_ERRORS.mark() + " allows " + rows, where);
    }
    if (read >= LEAST_READ) {
      requireShare(rejected, read, where);
    }
  }

  /**
   * Checks the share after all rows were read.
   *
   * @throws TooManyRejectsException if the share is exceeded
   */
  void requireShare(long rejected, long read, Object where) {
    // Exact arithmetic: in binary, 0.29 * 100 is less than 29.
    BigDecimal most = BigDecimal.valueOf(share).multiply(BigDecimal.valueOf(read));
    if (BigDecimal.valueOf(rejected).compareTo(most) > 0) {
      throw exceeded(
          rejected,
          read,
          String.format(
              Locale.ROOT, "%s allows %s %%", Setting.MAX_ERROR_SHARE.mark(), percent(share)),
          where);
    }
  }

  private static TooManyRejectsException exceeded(
      long rejected, long read, String allowed, Object where) {
    return new TooManyRejectsException(
        rejected,
        String.format(
            Locale.ROOT,
            "%d of %d rows read were rejected, but %s; %s has the rejected rows and the reasons",
            rejected,
            read,
            allowed,
            where));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.4f", share * PERCENT).replaceAll("\\.?0+$", "");
  }
}
