package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Numbers, times and bytes. */
final class ScalarEncoders {

  static final ValueEncoder BOOLEAN = (value, out) -> out.putByte((Boolean) value ? 1 : 0);

  static final ValueEncoder BIGINT = (value, out) -> out.putLong(((Number) value).longValue());

  // The raw bits, because the others make every NaN the same.
  static final ValueEncoder FLOAT =
      (value, out) -> out.putInt(Float.floatToRawIntBits((Float) value));

  static final ValueEncoder DOUBLE =
      (value, out) -> out.putLong(Double.doubleToRawLongBits((Double) value));

  static final ValueEncoder FLOAT_AS_DOUBLE =
      (value, out) -> out.putLong(Double.doubleToRawLongBits((Float) value));

  static final ValueEncoder TIME = (value, out) -> out.putLong(((LocalTime) value).toNanoOfDay());

  static final ValueEncoder BINARY = (value, out) -> out.put((ByteBuffer) value);

  static final ValueEncoder FIXED = (value, out) -> out.put((byte[]) value);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private ScalarEncoders() {}

  private static long inRange(
      ValuePath path, CqlKind kind, Object value, long least, long greatest) {
    long number = ((Number) value).longValue();
    if (number < least || number > greatest) {
      throw path.error(
          String.format(
              "is %d, out of the range %d to %d of a CQL %s",
              number, least, greatest, kind.cqlName()));
    }
    return number;
  }

  record Tinyint(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putByte((int) inRange(path, CqlKind.TINYINT, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
    }
  }

  record Smallint(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putShort((int) inRange(path, CqlKind.SMALLINT, value, Short.MIN_VALUE, Short.MAX_VALUE));
    }
  }

  record Int(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putInt((int) inRange(path, CqlKind.INT, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
  }

  record Date(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      long day = ((LocalDate) value).toEpochDay();
      out.putInt(
          (int) inRange(path, CqlKind.DATE, day, Integer.MIN_VALUE, Integer.MAX_VALUE)
              ^ Integer.MIN_VALUE);
    }
  }

  record NanosecondsOfDay(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putLong(inRange(path, CqlKind.TIME, value, 0, LocalTime.MAX.toNanoOfDay()));
    }
  }

  record Timestamp(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Instant instant = ((OffsetDateTime) value).toInstant();
      if (instant.getNano() % NANOS_PER_MILLI != 0) {
        throw path.error("is " + instant + "; a CQL timestamp has no part of a millisecond");
      }
      try {
        out.putLong(instant.toEpochMilli());
      } catch (ArithmeticException e) {
        throw path.error("is " + instant + ", out of the range of a CQL timestamp");
      }
    }
  }

  record Uuid(ValuePath path, boolean timeBased) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      UUID uuid = (UUID) value;
      if (timeBased && uuid.version() != 1) {
        throw path.error("is " + uuid + ", of version " + uuid.version() + "; a timeuuid has 1");
      }
      out.putLong(uuid.getMostSignificantBits());
      out.putLong(uuid.getLeastSignificantBits());
    }
  }
}
