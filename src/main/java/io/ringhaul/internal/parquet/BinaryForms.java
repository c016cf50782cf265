package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.PlainNumerals;
import io.ringhaul.internal.cql.Utf8;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes as CQL types have them. */
final class BinaryForms {

  /** All bytes as they are. */
  static final BinaryReader.Form BLOB = (out, start) -> true;

  private static final int UUID_BYTES = 16;
  private static final int VERSION_BYTE = 6;

  private BinaryForms() {}

  /** The form of a text in a column of the type; null if there is none. */
  static BinaryReader.@Nullable Form text(CqlKind kind) {
    return switch (kind) {
      case TEXT -> (out, start) -> Utf8.isWellFormed(out.look(), start, out.size() - start);
      case ASCII -> BinaryForms::isAscii;
      case DECIMAL -> (out, start) -> PlainNumerals.decimal(cut(out, start), out);
      case VARINT -> (out, start) -> PlainNumerals.varint(cut(out, start), out);
      default -> null;
    };
  }

  /** The form of the 16 bytes of a UUID in a column of the type; null if there is none. */
  static BinaryReader.@Nullable Form uuid(CqlKind kind) {
    return switch (kind) {
      case UUID -> BinaryForms::isUuid;
      case TIMEUUID ->
          (out, start) ->
              isUuid(out, start) && (out.look().get(start + VERSION_BYTE) & 0xf0) == 0x10;
      default -> null;
    };
  }

  /**
   * The form of a decimal, of which the bytes are the unscaled value, in a column of the type; null
   * if there is none.
   */
  static BinaryReader.@Nullable Form numeral(CqlKind kind, int scale) {
    return switch (kind) {
      case DECIMAL -> (out, start) -> decimal(scale, out, start);
      case VARINT -> scale == 0 ? BinaryForms::varint : null;
      default -> null;
    };
  }

  /** Takes the bytes from the start on away. They are there until the next ones are appended. */
  private static ByteBuffer cut(ByteSink out, int start) {
    ByteBuffer bytes = out.look().slice(start, out.size() - start);
    out.truncate(start);
    return bytes;
  }

  private static boolean isUuid(ByteSink out, int start) {
    return out.size() - start == UUID_BYTES;
  }

  private static boolean isAscii(ByteSink out, int start) {
    ByteBuffer bytes = out.look();
    for (int i = start; i < out.size(); i++) {
      if (bytes.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean decimal(int scale, ByteSink out, int start) {
    if (out.size() == start) {
      return false;
    }
    byte[] unscaled = shortest(out, start);
    out.truncate(start);
    out.putInt(scale);
    out.put(unscaled);
    return true;
  }

  private static boolean varint(ByteSink out, int start) {
    if (out.size() == start) {
      return false;
    }
    byte[] number = shortest(out, start);
    out.truncate(start);
    out.put(number);
    return true;
  }

  /** Two's complement, of which the bytes that only repeat the sign are left out. */
  private static byte[] shortest(ByteSink out, int start) {
    ByteBuffer bytes = out.look();
    int last = out.size() - 1;
    int sign = bytes.get(start) >> (Byte.SIZE - 1);
    int first = start;
    while (first < last
        && bytes.get(first) == sign
        && bytes.get(first + 1) >> (Byte.SIZE - 1) == sign) {
      first++;
    }
    byte[] shortest = new byte[last + 1 - first];
    bytes.get(first, shortest);
    return shortest;
  }
}
