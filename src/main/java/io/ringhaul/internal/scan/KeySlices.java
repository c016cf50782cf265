package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Divides a partition by the values of its first clustering column. The values of some types are in
 * the order of integers, and an interval of these is cut like a range of tokens, which it is
 * written as: start-exclusive and end-inclusive. What is at an end of all values has no bound
 * there.
 */
enum KeySlices {
  ONE_BYTE(Byte.MIN_VALUE, Byte.MAX_VALUE) {
    @Override
    ByteBuffer bytes(long value) {
      return ByteBuffer.allocate(Byte.BYTES).put((byte) value).flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      return bytes.get(bytes.position());
    }
  },
  TWO_BYTES(Short.MIN_VALUE, Short.MAX_VALUE) {
    @Override
    ByteBuffer bytes(long value) {
      return ByteBuffer.allocate(Short.BYTES).putShort((short) value).flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      return bytes.getShort(bytes.position());
    }
  },
  FOUR_BYTES(Integer.MIN_VALUE, Integer.MAX_VALUE) {
    @Override
    ByteBuffer bytes(long value) {
      return ByteBuffer.allocate(Integer.BYTES).putInt((int) value).flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      return bytes.getInt(bytes.position());
    }
  },
  /** Days, with the epoch in the middle. */
  UNSIGNED_FOUR_BYTES(0, 0xffff_ffffL) {
    @Override
    ByteBuffer bytes(long value) {
      return ByteBuffer.allocate(Integer.BYTES).putInt((int) value).flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      return Integer.toUnsignedLong(bytes.getInt(bytes.position()));
    }
  },
  EIGHT_BYTES(Long.MIN_VALUE, Long.MAX_VALUE) {
    @Override
    ByteBuffer bytes(long value) {
      return ByteBuffer.allocate(Long.BYTES).putLong(value).flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      return bytes.getLong(bytes.position());
    }
  },
  /** Their order is that of their time-stamps of 60 bits. */
  TIME_UUIDS(0, (1L << 60) - 1) {
    @Override
    ByteBuffer bytes(long value) {
      long time = value << 32 | (value >>> 32 & 0xffff) << 16 | 0x1000 | value >>> 48;
      // The last of all with this time-stamp: Cassandra compares the rest byte by byte, signed.
      UUID last = new UUID(time, 0x7f7f_7f7f_7f7f_7f7fL);
      return ByteBuffer.allocate(2 * Long.BYTES)
          .putLong(last.getMostSignificantBits())
          .putLong(last.getLeastSignificantBits())
          .flip();
    }

    @Override
    long value(ByteBuffer bytes) {
      long time = bytes.getLong(bytes.position());
      return (time & 0xfff) << 48 | (time >>> 16 & 0xffff) << 32 | time >>> 32;
    }
  };

  private static final Map<DataType, KeySlices> OF_TYPES =
      Map.of(
          DataTypes.TINYINT, ONE_BYTE,
          DataTypes.SMALLINT, TWO_BYTES,
          DataTypes.INT, FOUR_BYTES,
          DataTypes.DATE, UNSIGNED_FOUR_BYTES,
          DataTypes.BIGINT, EIGHT_BYTES,
          DataTypes.TIMESTAMP, EIGHT_BYTES,
          DataTypes.TIMEUUID, TIME_UUIDS);

  private final long first;
  private final long last;

  KeySlices(long first, long last) {
    this.first = first;
    this.last = last;
  }

  /** How the partitions of a table can be divided; empty if they cannot. */
  static Optional<KeySlices> of(TableDescription table) {
    if (table.hasStatics()) {
      // A partition without rows gives its static values, but not to who asks for a slice of it.
      return Optional.empty();
    }
    return table.columns().stream()
        .filter(column -> column.kind() == Kind.CLUSTERING)
        .findFirst()
        .map(column -> OF_TYPES.get(column.type()));
  }

  /** All values. */
  TokenRange all() {
    return new TokenRange(first, last);
  }

  /** The serialized form of a value. */
  abstract ByteBuffer bytes(long value);

  /** The value of a serialized form, which is not empty. */
  abstract long value(ByteBuffer bytes);
}
