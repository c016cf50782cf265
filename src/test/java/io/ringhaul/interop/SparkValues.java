package io.ringhaul.interop;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.InetText;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes the expected output of {@code PrintWithSpark} for a serialized CQL value, from the
 * driver's codecs and the table of types in the README.
 */
final class SparkValues {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final long MICROS_PER_MILLI = 1_000;

  private SparkValues() {}

  static JsonNode of(DataType type, @Nullable ByteBuffer value) {
    if (value == null) {
      return JSON.nullNode();
    }
    ByteBuffer bytes = value.duplicate();
    return switch (CqlKind.of(type)) {
      case ASCII, TEXT -> JSON.textNode(decoded(TypeCodecs.TEXT, bytes));
      case BLOB, FLOAT, DOUBLE -> JSON.textNode(CqlBytes.hex(bytes));
      case BOOLEAN -> JSON.booleanNode(bytes.get() != 0);
      case TINYINT -> JSON.numberNode((long) bytes.get());
      case SMALLINT -> JSON.numberNode((long) bytes.getShort());
      case INT -> JSON.numberNode((long) bytes.getInt());
      case BIGINT, COUNTER, TIME -> JSON.numberNode(bytes.getLong());
      case DATE -> JSON.numberNode(decoded(TypeCodecs.DATE, bytes).toEpochDay());
      case TIMESTAMP -> JSON.numberNode(Math.multiplyExact(bytes.getLong(), MICROS_PER_MILLI));
      case DECIMAL -> JSON.textNode(decoded(TypeCodecs.DECIMAL, bytes).toString());
      case VARINT -> JSON.textNode(decoded(TypeCodecs.VARINT, bytes).toString());
      case DURATION -> duration(decoded(TypeCodecs.DURATION, bytes));
      case INET -> JSON.textNode(InetText.format(bytes, bytes.position(), bytes.remaining()));
      case UUID, TIMEUUID -> JSON.textNode(decoded(TypeCodecs.UUID, bytes).toString());
      case LIST -> list(((ListType) type).getElementType(), bytes);
      case SET -> list(((SetType) type).getElementType(), bytes);
      case MAP -> map((MapType) type, bytes);
      case TUPLE, UDT -> struct(type, bytes);
      case VECTOR -> vector((VectorType) type, bytes);
      case CUSTOM -> throw new IllegalArgumentException(type.toString());
    };
  }

  private static <T> T decoded(TypeCodec<T> codec, ByteBuffer bytes) {
    return Objects.requireNonNull(codec.decode(bytes, ProtocolVersion.V4));
  }

  private static JsonNode duration(CqlDuration duration) {
    return JSON.objectNode()
        .put("months", (long) duration.getMonths())
        .put("days", (long) duration.getDays())
        .put("nanoseconds", duration.getNanoseconds());
  }

  private static JsonNode list(DataType element, ByteBuffer bytes) {
    ArrayNode list = JSON.arrayNode();
    for (int i = bytes.getInt(); i > 0; i--) {
      list.add(of(element, part(bytes, bytes.getInt())));
    }
    return list;
  }

  private static JsonNode map(MapType type, ByteBuffer bytes) {
    ArrayNode entries = JSON.arrayNode();
    for (int i = bytes.getInt(); i > 0; i--) {
      entries
          .addArray()
          .add(of(type.getKeyType(), part(bytes, bytes.getInt())))
          .add(of(type.getValueType(), part(bytes, bytes.getInt())));
    }
    return entries;
  }

  /** A value lacks trailing fields that were added to the type after the value was written. */
  private static JsonNode struct(DataType type, ByteBuffer bytes) {
    ObjectNode struct = JSON.objectNode();
    List<String> names = CqlTypes.fieldNames(type);
    List<DataType> types = CqlTypes.fieldTypes(type);
    for (int i = 0; i < names.size(); i++) {
      int length = bytes.hasRemaining() ? bytes.getInt() : -1;
      struct.set(names.get(i), of(types.get(i), length < 0 ? null : part(bytes, length)));
    }
    return struct;
  }

  private static JsonNode vector(VectorType type, ByteBuffer bytes) {
    ArrayNode list = JSON.arrayNode();
    int fixed = CqlKind.lengthInVector(type.getElementType());
    for (int i = 0; i < type.getDimensions(); i++) {
      list.add(
          of(type.getElementType(), part(bytes, fixed == CqlKind.VARIABLE ? vint(bytes) : fixed)));
    }
    return list;
  }

  /** An unsigned vint of at most 14 bits. */
  private static int vint(ByteBuffer bytes) {
    int first = bytes.get() & 0xff;
    return first < 0x80 ? first : (first & 0x3f) << 8 | (bytes.get() & 0xff);
  }

  private static ByteBuffer part(ByteBuffer bytes, int length) {
    ByteBuffer part = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return part;
  }
}
