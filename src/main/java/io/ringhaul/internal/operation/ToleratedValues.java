package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.Tolerance;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.VInts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces serialized values so that those are equal whose difference a comparison tolerates.
 * Thread-safe.
 */
final class ToleratedValues {

  private static final int NULL = -1;

  private final Set<Tolerance> tolerances;

  ToleratedValues(Set<Tolerance> tolerances) {
    this.tolerances = tolerances;
  }

  /** Whether values of a type can be replaced. */
  boolean concern(DataType type) {
    return tolerances.contains(Tolerance.EMPTY_AS_NULL)
        || tolerances.stream().anyMatch(each -> concerns(each, type));
  }

  private static boolean concerns(Tolerance tolerance, DataType type) {
    boolean itself =
        switch (CqlKind.of(type)) {
          case DECIMAL -> tolerance == Tolerance.DECIMAL_SCALE;
          case FLOAT, DOUBLE -> tolerance == Tolerance.FLOAT_BITS;
          case TIMESTAMP -> tolerance == Tolerance.TIMESTAMP_SECONDS;
          default -> false;
        };
    return itself || CqlTypes.parts(type).stream().anyMatch(part -> concerns(tolerance, part));
  }

  /** The value that stands for all values equal to it; null for an empty value that is null. */
  @Nullable ByteBuffer of(DataType type, ByteBuffer value) {
    return isEmpty(type, value) ? null : replaced(type, value);
  }

  private boolean isEmpty(DataType type, ByteBuffer value) {
    return tolerances.contains(Tolerance.EMPTY_AS_NULL)
        && switch (CqlKind.of(type)) {
          case LIST, SET, MAP ->
              value.remaining() < Integer.BYTES || value.getInt(value.position()) == 0;
          default -> !value.hasRemaining();
        };
  }

  private ByteBuffer replaced(DataType type, ByteBuffer value) {
    if (!value.hasRemaining()) {
      return value;
    }
    return switch (CqlKind.of(type)) {
      case DECIMAL -> tolerances.contains(Tolerance.DECIMAL_SCALE) ? decimal(value) : value;
      case FLOAT -> tolerances.contains(Tolerance.FLOAT_BITS) ? float32(value) : value;
      case DOUBLE -> tolerances.contains(Tolerance.FLOAT_BITS) ? float64(value) : value;
      case TIMESTAMP -> tolerances.contains(Tolerance.TIMESTAMP_SECONDS) ? seconds(value) : value;
      case LIST -> elements(value, List.of(((ListType) type).getElementType()));
      case SET -> elements(value, List.of(((SetType) type).getElementType()));
      case MAP ->
          elements(value, List.of(((MapType) type).getKeyType(), ((MapType) type).getValueType()));
      case TUPLE, UDT -> fields(value, CqlTypes.fieldTypes(type));
      case VECTOR -> vector(value, (VectorType) type);
      default -> value;
    };
  }

  private static ByteBuffer decimal(ByteBuffer value) {
    int scale = value.getInt(value.position());
    byte[] digits = new byte[value.remaining() - Integer.BYTES];
    value.get(value.position() + Integer.BYTES, digits);
    BigDecimal least;
    try {
      least = new BigDecimal(new BigInteger(digits), scale).stripTrailingZeros();
    } catch (ArithmeticException e) {
      // The least scale is below those of a decimal.
      return value;
    }
    byte[] left = least.unscaledValue().toByteArray();
    return ByteBuffer.allocate(Integer.BYTES + left.length).putInt(least.scale()).put(left).flip();
  }

  private static ByteBuffer float32(ByteBuffer value) {
    float number = value.getFloat(value.position());
    return ByteBuffer.allocate(Float.BYTES)
        .putInt(Float.floatToIntBits(number == 0 ? 0 : number))
        .flip();
  }

  private static ByteBuffer float64(ByteBuffer value) {
    double number = value.getDouble(value.position());
    return ByteBuffer.allocate(Double.BYTES)
        .putLong(Double.doubleToLongBits(number == 0 ? 0 : number))
        .flip();
  }

  private static ByteBuffer seconds(ByteBuffer value) {
    long millis = value.getLong(value.position());
    return ByteBuffer.allocate(Long.BYTES).putLong(millis - Math.floorMod(millis, 1_000L)).flip();
  }

  /**
   * @param types the type of the elements, or those of the keys and the values
   */
  private ByteBuffer elements(ByteBuffer value, List<DataType> types) {
    ByteSink out = new ByteSink(value.remaining());
    int count = value.getInt(value.position());
    out.putInt(count);
    int at = value.position() + Integer.BYTES;
    for (int i = 0; i < count * types.size(); i++) {
      int length = Math.max(0, value.getInt(at));
      put(replaced(types.get(i % types.size()), value.slice(at + Integer.BYTES, length)), out);
      at += Integer.BYTES + length;
    }
    return out.toBuffer();
  }

  private ByteBuffer fields(ByteBuffer value, List<DataType> types) {
    ByteSink out = new ByteSink(value.remaining());
    int at = value.position();
    // A value that was written before a field was added has no bytes for it.
    for (int i = 0; at < value.limit(); i++) {
      int length = value.getInt(at);
      at += Integer.BYTES;
      put(length < 0 ? null : of(types.get(i), value.slice(at, length)), out);
      at += Math.max(0, length);
    }
    return out.toBuffer();
  }

  private ByteBuffer vector(ByteBuffer value, VectorType type) {
    DataType element = type.getElementType();
    int fixed = CqlKind.lengthInVector(element);
    ByteSink out = new ByteSink(value.remaining());
    int at = value.position();
    for (int i = 0; i < type.getDimensions(); i++) {
      int length = fixed;
      if (fixed == CqlKind.VARIABLE) {
        length = (int) VInts.read(value, at);
        at += VInts.lengthFrom(value.get(at));
      }
      ByteBuffer replaced = replaced(element, value.slice(at, length));
      if (fixed == CqlKind.VARIABLE) {
        VInts.write(replaced.remaining(), out);
      }
      out.put(replaced);
      at += length;
    }
    return out.toBuffer();
  }

  private static void put(@Nullable ByteBuffer value, ByteSink out) {
    out.putInt(value == null ? NULL : value.remaining());
    if (value != null) {
      out.put(value);
    }
  }
}
