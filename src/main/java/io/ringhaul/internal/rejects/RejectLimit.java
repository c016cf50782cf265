package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.TooManyRejectsException;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * How many rejected rows an operation bears.
 *
 * @param rows the largest number of them
 * @param share their largest share of the rows read, from 0 to 1
 */
public record RejectLimit(long rows, double share) {

  /** Any number. */
  public static final RejectLimit NONE = new RejectLimit(Long.MAX_VALUE, 1);

  /** The share of fewer rows says little. */
  private static final long LEAST_READ = 100;

  private static final double PERCENT = 100;

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if a value is out of its bounds
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

  /** Returns this limit with another number. */
  public RejectLimit withRows(long most) {
    return new RejectLimit(most, share);
  }

  /** Returns this limit with another share. */
  public RejectLimit withShare(double most) {
    return new RejectLimit(rows, most);
  }

  /**
   * Ends an operation that rejects too much. A share counts once 100 rows are read.
   *
   * @param where where the rejected rows are kept
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
   * Checks the limit at the end, after all rows were read, however few.
   *
   * @throws TooManyRejectsException if the limit is exceeded
   */
  void requireShare(long rejected, long read, Object where) {
    // Exact: 0.29 * 100 is less than 29 in binary.
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
            "%d of %d rows read were rejected, and %s; they are kept with their reasons in %s",
            rejected,
            read,
            allowed,
            where));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.4f", share * PERCENT).replaceAll("\\.?0+$", "");
  }
}
