package io.ringhaul.interop;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replaces parts of serialized values at any depth. */
final class RewrittenValue {

  /** The position of a part. */
  enum Place {
    /** The whole value of a column. */
    COLUMN,
    /** A key of a map. */
    KEY,
    /** Any other part of a collection, a tuple or a user-defined type. */
    PART
  }

  /** The replacement rule for one part. */
  interface Rule {
    /** Returns the replacement of a part; both may be null. */
    @Nullable ByteBuffer apply(Place place, DataType type, @Nullable ByteBuffer part);
  }

  private RewrittenValue() {}

  /** Applies the rule to all parts, innermost first, and returns the resulting value. */
  static @Nullable ByteBuffer of(DataType type, @Nullable ByteBuffer value, Rule rule) {
    return of(Place.COLUMN, type, value, rule);
  }

  private static @Nullable ByteBuffer of(
      Place place, DataType type, @Nullable ByteBuffer value, Rule rule) {
    return rule.apply(place, type, value == null ? null : inner(type, value.duplicate(), rule));
  }

  private static ByteBuffer inner(DataType type, ByteBuffer bytes, Rule rule) {
    return switch (CqlKind.of(type)) {
      case LIST -> elements(((ListType) type).getElementType(), bytes, rule);
      case SET -> elements(((SetType) type).getElementType(), bytes, rule);
      case MAP -> entries((MapType) type, bytes, rule);
      case TUPLE, UDT -> fields(CqlTypes.fieldTypes(type), bytes, rule);
      case VECTOR -> throw new IllegalArgumentException("DSBulk knows no vectors");
      default -> bytes;
    };
  }

  private static ByteBuffer elements(DataType type, ByteBuffer bytes, Rule rule) {
    int count = bytes.getInt();
    List<@Nullable ByteBuffer> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(of(Place.PART, type, next(bytes), rule));
    }
    return CqlBytes.collection(count, elements.toArray(new ByteBuffer[0]));
  }

  private static ByteBuffer entries(MapType type, ByteBuffer bytes, Rule rule) {
    int count = bytes.getInt();
    List<@Nullable ByteBuffer> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(of(Place.KEY, type.getKeyType(), next(bytes), rule));
      entries.add(of(Place.PART, type.getValueType(), next(bytes), rule));
    }
    return CqlBytes.collection(count, entries.toArray(new ByteBuffer[0]));
  }

  /** A missing trailing field is null. */
  private static ByteBuffer fields(List<DataType> types, ByteBuffer bytes, Rule rule) {
    List<@Nullable ByteBuffer> fields = new ArrayList<>();
    for (DataType type : types) {
      fields.add(of(Place.PART, type, bytes.hasRemaining() ? next(bytes) : null, rule));
    }
    return CqlBytes.tuple(fields.toArray(new ByteBuffer[0]));
  }

  private static @Nullable ByteBuffer next(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0) {
      return null;
    }
    ByteBuffer next = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return next;
  }
}
