package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The parser and the writer of durations. */
final class DurationText {

  private DurationText() {}

  /**
   * Accepts the CQL form ({@code 1y2mo3w4d5h6m7s8ms9us10ns}), ISO 8601 with designators ({@code
   * P1Y2M3DT4H5M6S}, {@code P3W}) and the alternative form of ISO 8601 ({@code
   * P0001-02-03T04:05:06}). A leading minus sign negates all parts. The empty text is the zero
   * duration, because the driver and DSBulk write it so.
   */
  static final class DurationParser extends ScalarParser {

    private static final int MONTHS = 0;
    private static final int DAYS = 1;
    private static final int NANOS = 2;

    /**
     * @param part the index of the part that the unit counts: months, days or nanoseconds
     * @param factor months, days or nanoseconds in one unit
     * @param rank units must appear in ascending order of rank
     */
    private record Unit(int part, long factor, int rank) {}

    DurationParser(ValuePath path) {
      super(path, CqlKind.DURATION);
    }

    @Override
    public void parse(String text, ByteSink out) {
      boolean negative = text.startsWith("-");
      int start = negative ? 1 : 0;
      // The sums are negative because the negative range is larger by one.
      long[] parts = new long[3];
      boolean iso = start < text.length() && text.charAt(start) == 'P';
      boolean parsed =
          iso ? parseIso(text, start + 1, parts) : parseUnits(text, start, parts, false);
      if (!parsed && !text.isEmpty()) {
        throw noValue(text, "; use the form 1y2mo3d4h5m6s7ms8us9ns or ISO 8601");
      }
      for (int i = 0; i < parts.length; i++) {
        long least = i == NANOS ? Long.MIN_VALUE : Integer.MIN_VALUE;
        if (parts[i] < least || (!negative && parts[i] == least)) {
          throw rangeError(text);
        }
        VInts.write(VInts.fold(negative ? parts[i] : -parts[i]), out);
      }
    }

    private RuntimeException rangeError(String text) {
      return path.error(
          "is the duration "
              + excerpt(text)
              + ", outside the range of a CQL duration (32-bit months and days, 64-bit"
              + " nanoseconds)");
    }

    private boolean parseIso(String text, int start, long[] parts) {
      int dash = text.indexOf('-', start);
      return dash < 0 ? parseUnits(text, start, parts, true) : parseAlternative(text, start, parts);
    }

    /** Parses numbers with units. Larger units come first, and each unit occurs at most once. */
    private boolean parseUnits(String text, int start, long[] parts, boolean iso) {
      int i = start;
      int rank = 0;
      boolean clock = false;
      while (i < text.length()) {
        if (iso && !clock && text.charAt(i) == 'T') {
          clock = true;
          i++;
          // A T must be followed by a unit.
          if (i == text.length()) {
            return false;
          }
        }
        int digitsEnd = end(text, i, true);
        int unitEnd = iso ? Math.min(digitsEnd + 1, text.length()) : end(text, digitsEnd, false);
        if (digitsEnd == i || unitEnd == digitsEnd) {
          return false;
        }
        String name = text.substring(digitsEnd, unitEnd);
        Unit unit = iso ? isoUnit(name, clock) : cqlUnit(name.toLowerCase(Locale.ROOT));
        if (unit == null || unit.rank <= rank) {
          return false;
        }
        rank = unit.rank;
        add(text, text.substring(i, digitsEnd), unit, parts);
        i = unitEnd;
      }
      return rank > 0;
    }

    /** Subtracts from the part: the sums are negative. */
    private void add(String text, String digits, Unit unit, long[] parts) {
      try {
        long count = Math.multiplyExact(-unit.factor, Long.parseLong(digits));
        parts[unit.part] = Math.addExact(parts[unit.part], count);
      } catch (ArithmeticException | NumberFormatException e) {
        throw rangeError(text);
      }
    }

    private static int end(String text, int start, boolean ofDigits) {
      int i = start;
      while (i < text.length() && (text.charAt(i) >= '0' && text.charAt(i) <= '9') == ofDigits) {
        i++;
      }
      return i;
    }

    private static @Nullable Unit cqlUnit(String name) {
      return switch (name) {
        case "y" -> new Unit(MONTHS, 12, 1);
        case "mo" -> new Unit(MONTHS, 1, 2);
        case "w" -> new Unit(DAYS, 7, 3);
        case "d" -> new Unit(DAYS, 1, 4);
        case "h" -> new Unit(NANOS, 3_600_000_000_000L, 5);
        case "m" -> new Unit(NANOS, 60_000_000_000L, 6);
        case "s" -> new Unit(NANOS, 1_000_000_000L, 7);
        case "ms" -> new Unit(NANOS, 1_000_000L, 8);
        case "us", "\u00b5s" -> new Unit(NANOS, 1_000L, 9);
        case "ns" -> new Unit(NANOS, 1L, 10);
        default -> null;
      };
    }

    private static @Nullable Unit isoUnit(String name, boolean clock) {
      return switch (name) {
        case "Y" -> clock ? null : cqlUnit("y");
        case "M" -> cqlUnit(clock ? "m" : "mo");
        case "W" -> clock ? null : cqlUnit("w");
        case "D" -> clock ? null : cqlUnit("d");
        case "H" -> clock ? cqlUnit("h") : null;
        case "S" -> clock ? cqlUnit("s") : null;
        default -> null;
      };
    }

    /** Parses {@code yyyy-MM-ddThh:mm:ss}. */
    private boolean parseAlternative(String text, int start, long[] parts) {
      String form = "0000-00-00T00:00:00";
      String[] units = {"y", "mo", "d", "h", "m", "s"};
      if (text.length() - start != form.length()) {
        return false;
      }
      int unit = 0;
      int from = start;
      for (int i = 0; i <= form.length(); i++) {
        char expected = i == form.length() ? ' ' : form.charAt(i);
        if (expected == '0') {
          char c = text.charAt(start + i);
          if (c < '0' || c > '9') {
            return false;
          }
          continue;
        }
        if (i < form.length() && text.charAt(start + i) != expected) {
          return false;
        }
        Unit next = cqlUnit(units[unit++]);
        if (next != null) {
          add(text, text.substring(from, start + i), next, parts);
        }
        from = start + i + 1;
      }
      return true;
    }
  }

  /** Writes the CQL form. The zero duration, which CQL writes as the empty text, is {@code 0s}. */
  record DurationWriter(ValuePath path) implements TextWriter {

    private static final String[] CLOCK_UNITS = {"h", "m", "s", "ms", "us", "ns"};
    private static final long[] CLOCK_NANOS = {
      3_600_000_000_000L, 60_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L, 1L
    };

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path.lengthError(CqlKind.DURATION, length);
      }
      int end = offset + length;
      int daysIndex = checkedEnd(bytes, offset, end, true);
      int nanosIndex = checkedEnd(bytes, daysIndex, end, true);
      if (checkedEnd(bytes, nanosIndex, end, false) != end) {
        throw path.malformed("a duration with trailing bytes");
      }
      long months = value(bytes, offset);
      long days = value(bytes, daysIndex);
      long nanos = value(bytes, nanosIndex);
      if ((months < 0 || days < 0 || nanos < 0) && (months > 0 || days > 0 || nanos > 0)) {
        throw path.malformed("a duration whose parts have different signs");
      }
    }

    private int checkedEnd(ByteBuffer bytes, int index, int end, boolean of32Bits) {
      if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
        throw path.malformed("a truncated duration");
      }
      long value = value(bytes, index);
      if (of32Bits && value != (int) value) {
        throw path.malformed("a duration of " + value + " months or days, which exceeds 32 bits");
      }
      return index + VInts.lengthFrom(bytes.get(index));
    }

    private static long value(ByteBuffer bytes, int index) {
      return VInts.unfold(VInts.read(bytes, index));
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      int daysIndex = offset + VInts.lengthFrom(bytes.get(offset));
      int nanosIndex = daysIndex + VInts.lengthFrom(bytes.get(daysIndex));
      long months = value(bytes, offset);
      long days = value(bytes, daysIndex);
      long nanos = value(bytes, nanosIndex);
      if (months == 0 && days == 0 && nanos == 0) {
        out.putAscii("0s");
        return;
      }
      if (months < 0 || days < 0 || nanos < 0) {
        out.put('-');
      }
      put(Math.abs(months) / 12, "y", out);
      put(Math.abs(months) % 12, "mo", out);
      put(Math.abs(days), "d", out);
      // Math.abs is applied to each part, because it fails for the whole Long.MIN_VALUE.
      long rest = nanos;
      for (int i = 0; i < CLOCK_UNITS.length; i++) {
        put(Math.abs(rest / CLOCK_NANOS[i]), CLOCK_UNITS[i], out);
        rest %= CLOCK_NANOS[i];
      }
    }

    private static void put(long count, String unit, TextSink out) {
      if (count != 0) {
        out.putNumber(count);
        out.putAscii(unit);
      }
    }
  }
}
