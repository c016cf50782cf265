package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;

/** A duration in CQL's own form; the one of no length, which CQL leaves empty, is {@code 0s}. */
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
      throw path.malformed("a duration with bytes too many");
    }
    long months = value(bytes, offset);
    long days = value(bytes, daysIndex);
    long nanos = value(bytes, nanosIndex);
    if ((months < 0 || days < 0 || nanos < 0) && (months > 0 || days > 0 || nanos > 0)) {
      throw path.malformed("a duration whose parts differ in sign");
    }
  }

  private int checkedEnd(ByteBuffer bytes, int index, int end, boolean of32Bits) {
    if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
      throw path.malformed("a duration that is cut short");
    }
    long value = value(bytes, index);
    if (of32Bits && value != (int) value) {
      throw path.malformed("a duration of " + value + " months or days");
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
    // Each part by itself: the whole number may be the one that has no positive counterpart.
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
