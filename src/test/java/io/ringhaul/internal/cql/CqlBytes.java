package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Creates serialized CQL values with the driver's codecs or by hand. */
public final class CqlBytes {

  private CqlBytes() {}

  public static <T> ByteBuffer of(TypeCodec<T> codec, T value) {
    ByteBuffer bytes = codec.encode(value, ProtocolVersion.V4);
    if (bytes == null) {
      throw new IllegalArgumentException("null");
    }
    return bytes;
  }

  public static ByteBuffer text(String value) {
    return of(TypeCodecs.TEXT, value);
  }

  public static ByteBuffer integer(int value) {
    return of(TypeCodecs.INT, value);
  }

  public static ByteBuffer duration(int months, int days, long nanoseconds) {
    return of(TypeCodecs.DURATION, CqlDuration.newInstance(months, days, nanoseconds));
  }

  public static ByteBuffer hex(String digits) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(digits));
  }

  /** Returns a list or set of the elements, or a map of alternating keys and values. */
  public static ByteBuffer collection(int count, @Nullable ByteBuffer... parts) {
    return concatenate(integer(count), tuple(parts));
  }

  /** Returns the parts, each with a four-byte length prefix; null has the length -1. */
  public static ByteBuffer tuple(@Nullable ByteBuffer... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuffer part : parts) {
      out.writeBytes(bytes(integer(part == null ? -1 : part.remaining())));
      if (part != null) {
        out.writeBytes(bytes(part));
      }
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  public static ByteBuffer concatenate(ByteBuffer... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuffer part : parts) {
      out.writeBytes(bytes(part));
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  /**
   * Returns an unsigned vint below 2^21: one byte up to 7 bits, two up to 14 bits, three up to 21.
   */
  public static ByteBuffer shortVint(int value) {
    if (value < 1 << 7) {
      return ByteBuffer.wrap(new byte[] {(byte) value});
    } else if (value < 1 << 14) {
      return ByteBuffer.wrap(new byte[] {(byte) (0x80 | (value >> 8)), (byte) value});
    } else if (value < 1 << 21) {
      return ByteBuffer.wrap(
          new byte[] {(byte) (0xc0 | (value >> 16)), (byte) (value >> 8), (byte) value});
    }
    throw new IllegalArgumentException("too large: " + value);
  }

  public static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  public static String hex(ByteBuffer buffer) {
    return HexFormat.of().formatHex(bytes(buffer));
  }
}
