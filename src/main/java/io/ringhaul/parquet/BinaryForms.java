package io.ringhaul.parquet;

import io.ringhaul.cql.ByteSink;
import io.ringhaul.cql.CqlKind;
import io.ringhaul.cql.PlainNumerals;
import io.ringhaul.cql.Utf8;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes as CQL types have them. */
final class BinaryForms {

  /** All bytes as they are. */
  static final BinaryReader.Form BLOB =
      (bytes, out) -> {
        out.put(bytes);
        return true;
      };

  private static final int UUID_BYTES = 16;
  private static final int VERSION_BYTE = 6;

  private BinaryForms() {}

  /** The form of a text in a column of the type. */
  static BinaryReader.Form text(CqlKind kind) {
    return switch (kind) {
      case TEXT -> BinaryForms::utf8;
      case ASCII -> BinaryForms::ascii;
      case DECIMAL -> PlainNumerals::decimal;
      case VARINT -> PlainNumerals::varint;
      default -> (bytes, out) -> false;
    };
  }

  /** The form of the 16 bytes of a UUID in a column of the type; null if there is none. */
  static BinaryReader.@Nullable Form uuid(CqlKind kind) {
    return switch (kind) {
      case UUID -> (bytes, out) -> bytes.remaining() == UUID_BYTES && BLOB.append(bytes, out);
      case TIMEUUID ->
          (bytes, out) ->
              bytes.remaining() == UUID_BYTES
                  && (bytes.get(bytes.position() + VERSION_BYTE) & 0xf0) == 0x10
                  && BLOB.append(bytes, out);
      default -> null;
    };
  }

  /**
   * The form of a decimal, of which the bytes are the unscaled value, in a column of the type; null
   * if there is none.
   */
  static BinaryReader.@Nullable Form numeral(CqlKind kind, int scale) {
    return switch (kind) {
      case DECIMAL ->
          (bytes, out) -> {
            if (!bytes.hasRemaining()) {
              return false;
            }
            out.putInt(scale);
            return varint(bytes, out);
          };
      case VARINT -> scale == 0 ? BinaryForms::varint : null;
      default -> null;
    };
  }

  private static boolean utf8(ByteBuffer bytes, ByteSink out) {
    return Utf8.isWellFormed(bytes, bytes.position(), bytes.remaining()) && BLOB.append(bytes, out);
  }

  private static boolean ascii(ByteBuffer bytes, ByteSink out) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) < 0) {
        return false;
      }
    }
    return BLOB.append(bytes, out);
  }

  /** Two's complement, of which the bytes that only repeat the sign are left out. */
  private static boolean varint(ByteBuffer bytes, ByteSink out) {
    if (!bytes.hasRemaining()) {
      return false;
    }
    int start = bytes.position();
    int last = bytes.limit() - 1;
    int sign = bytes.get(start) >> (Byte.SIZE - 1);
    while (start < last && bytes.get(start) == sign && bytes.get(start + 1) >> 7 == sign) {
      start++;
    }
    for (int i = start; i <= last; i++) {
      out.putByte(bytes.get(i));
    }
    return true;
  }
}
