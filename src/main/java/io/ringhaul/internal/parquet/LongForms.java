package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.PlainNumerals;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/** Integers as CQL types have them. */
final class LongForms {

  /** Days since 1970-01-01, as CQL counts them: from the middle of the unsigned range. */
  static final LongReader.Form DATE =
      (number, out) -> {
        out.putInt((int) number ^ Integer.MIN_VALUE);
        return true;
      };

  /** Milliseconds since 1970-01-01. */
  static final LongReader.Form MILLIS = LongForms::bigint;

  /** Microseconds since 1970-01-01; not those with a part of a millisecond. */
  static final LongReader.Form MICROS =
      (number, out) -> number % 1_000 == 0 && bigint(number / 1_000, out);

  private static final long LAST_NANOSECOND = LocalTime.MAX.toNanoOfDay();

  private LongForms() {}

  /** The form of a plain number in a column of the type; null if there is none. */
  static LongReader.@Nullable Form of(CqlKind kind) {
    return switch (kind) {
      case TINYINT -> LongForms::tinyint;
      case SMALLINT -> LongForms::smallint;
      case INT -> LongForms::integer;
      case BIGINT, COUNTER -> LongForms::bigint;
      case TIME -> (number, out) -> number >= 0 && number <= LAST_NANOSECOND && bigint(number, out);
      default -> numeral(kind, 0);
    };
  }

  /**
   * The form of a decimal, of which the number is the unscaled value, in a column of the type; null
   * if there is none.
   */
  static LongReader.@Nullable Form numeral(CqlKind kind, int scale) {
    return switch (kind) {
      case DECIMAL ->
          (number, out) -> {
            out.putInt(scale);
            return varint(number, out);
          };
      case VARINT -> scale == 0 ? LongForms::varint : null;
      default -> null;
    };
  }

  /** Two's complement, in no more bytes than it needs. */
  static boolean varint(long number, ByteSink out) {
    PlainNumerals.varint(number, out);
    return true;
  }

  private static boolean tinyint(long number, ByteSink out) {
    if (number != (byte) number) {
      return false;
    }
    out.putByte((int) number);
    return true;
  }

  private static boolean smallint(long number, ByteSink out) {
    if (number != (short) number) {
      return false;
    }
    out.putShort((int) number);
    return true;
  }

  private static boolean integer(long number, ByteSink out) {
    if (number != (int) number) {
      return false;
    }
    out.putInt((int) number);
    return true;
  }

  private static boolean bigint(long number, ByteSink out) {
    out.putLong(number);
    return true;
  }
}
