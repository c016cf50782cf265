package io.ringhaul.interop;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.interop.RewrittenValue.Place;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The values that DSBulk 1.10.0 cannot represent, and the values that it writes instead. */
final class DsBulkLimits {

  private static final int IPV4_IN_IPV6 = 12;

  private DsBulkLimits() {}

  /**
   * Returns the value that a file unloaded by DSBulk contains.
   *
   * <ul>
   *   <li>A null collection is written as an empty one: {@code []} or <code>{}</code>. This affects
   *       frozen collections and fields of tuples and user-defined types.
   *   <li>Every NaN is written as {@code NaN}.
   *   <li>The empty value (zero bytes) of an {@code int} and other types is written as null.
   *   <li>An IPv4 address in IPv6 form ({@code ::ffff:10.0.0.1}) is written as the IPv4 address.
   * </ul>
   */
  static @Nullable ByteBuffer unloaded(DataType type, @Nullable ByteBuffer value) {
    return RewrittenValue.of(
        type,
        value,
        (place, partType, part) ->
            switch (CqlKind.of(partType)) {
              case LIST, SET, MAP -> part == null ? CqlBytes.integer(0) : part;
              case ASCII, TEXT, BLOB -> part;
              default -> withoutIpv6(partType, oneNan(partType, part));
            });
  }

  /**
   * Returns the value that DSBulk loads from a CSV file with the exact value: {@code -0.0} becomes
   * 0.0, except in elements of collections that are not keys, and an IPv4 address in IPv6 form
   * becomes the IPv4 address.
   */
  static @Nullable ByteBuffer loadedFromCsv(DataType type, @Nullable ByteBuffer value) {
    return RewrittenValue.of(
        type,
        value,
        (place, partType, part) ->
            withoutIpv6(
                partType, place == Place.PART ? part : withoutNegativeZero(partType, part)));
  }

  /**
   * Returns the value that DSBulk loads from JSON: as from CSV, but {@code -0.0} always becomes
   * 0.0.
   */
  static @Nullable ByteBuffer loadedFromJson(DataType type, @Nullable ByteBuffer value) {
    return RewrittenValue.of(
        type,
        value,
        (place, partType, part) -> withoutIpv6(partType, withoutNegativeZero(partType, part)));
  }

  /** Replaces values that text cannot represent: every NaN by one NaN, the empty value by null. */
  static @Nullable ByteBuffer textual(DataType type, @Nullable ByteBuffer value) {
    return RewrittenValue.of(
        type,
        value,
        (place, partType, part) ->
            switch (CqlKind.of(partType)) {
              case ASCII, TEXT, BLOB -> part;
              default -> oneNan(partType, part);
            });
  }

  private static @Nullable ByteBuffer oneNan(DataType type, @Nullable ByteBuffer part) {
    if (part == null || part.remaining() == 0) {
      return null;
    }
    return switch (CqlKind.of(type)) {
      case FLOAT -> Float.isNaN(part.getFloat(part.position())) ? real(Float.NaN) : part;
      case DOUBLE -> Double.isNaN(part.getDouble(part.position())) ? real(Double.NaN) : part;
      default -> part;
    };
  }

  private static @Nullable ByteBuffer withoutNegativeZero(
      DataType type, @Nullable ByteBuffer part) {
    if (part == null) {
      return null;
    }
    return switch (CqlKind.of(type)) {
      case FLOAT -> part.getFloat(part.position()) == 0 ? real(0f) : part;
      case DOUBLE -> part.getDouble(part.position()) == 0 ? real(0d) : part;
      default -> part;
    };
  }

  private static @Nullable ByteBuffer withoutIpv6(DataType type, @Nullable ByteBuffer part) {
    if (part == null || CqlKind.of(type) != CqlKind.INET) {
      return part;
    }
    boolean mapped =
        part.remaining() > Integer.BYTES
            && part.getLong(part.position()) == 0
            && part.getInt(part.position() + Long.BYTES) == 0xffff;
    return mapped ? part.slice(part.position() + IPV4_IN_IPV6, Integer.BYTES) : part;
  }

  private static ByteBuffer real(float value) {
    return CqlBytes.of(TypeCodecs.FLOAT, value);
  }

  private static ByteBuffer real(double value) {
    return CqlBytes.of(TypeCodecs.DOUBLE, value);
  }
}
