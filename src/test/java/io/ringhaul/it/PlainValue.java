package io.ringhaul.it;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlKind;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Converts serialized values, as the driver decodes them, to plain Java: text for a scalar, a list
 * for a collection or structure, and a list of two-element lists for a map. Equal values have equal
 * texts and different values have different texts, except NaNs.
 */
public final class PlainValue {

  private PlainValue() {}

  public static Object of(DataType type, ByteBuffer bytes, CodecRegistry codecs) {
    return switch (CqlKind.of(type)) {
      // The driver does not distinguish an IPv4 address from its IPv4-mapped IPv6 address.
      case INET -> CqlBytes.hex(bytes);
      // The driver's codec supports only vectors of floats.
      case VECTOR -> vector((VectorType) type, bytes.duplicate(), codecs);
      default -> {
        Object value = codecs.codecFor(type).decode(bytes.duplicate(), ProtocolVersion.V5);
        if (value == null) {
          throw new IllegalArgumentException("null of type " + type);
        }
        yield Objects.requireNonNull(plain(type, value));
      }
    };
  }

  static String duration(long months, long days, long nanoseconds) {
    return months + " months " + days + " days " + nanoseconds + " ns";
  }

  private static Object vector(VectorType type, ByteBuffer bytes, CodecRegistry codecs) {
    List<Object> elements = new ArrayList<>();
    int fixed = CqlKind.of(type.getElementType()) == CqlKind.FLOAT ? Float.BYTES : -1;
    for (int i = 0; i < type.getDimensions(); i++) {
      // Lengths are vints, here of one byte.
      int length = fixed < 0 ? bytes.get() : fixed;
      ByteBuffer element = bytes.slice(bytes.position(), length);
      elements.add(of(type.getElementType(), element, codecs));
      bytes.position(bytes.position() + length);
    }
    return elements;
  }

  private static @Nullable Object plain(DataType type, @Nullable Object value) {
    if (value == null) {
      return null;
    } else if (value instanceof Map<?, ?> map) {
      MapType mapType = (MapType) type;
      List<Object> entries = new ArrayList<>();
      map.forEach(
          (key, mapped) ->
              entries.add(
                  Arrays.asList(
                      plain(mapType.getKeyType(), key), plain(mapType.getValueType(), mapped))));
      return entries;
    } else if (value instanceof Collection<?> collection) {
      DataType elementType =
          type instanceof ListType list ? list.getElementType() : ((SetType) type).getElementType();
      List<@Nullable Object> elements = new ArrayList<>();
      collection.forEach(element -> elements.add(plain(elementType, element)));
      return elements;
    } else if (value instanceof TupleValue tuple) {
      List<DataType> types = ((TupleType) type).getComponentTypes();
      List<@Nullable Object> fields = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        fields.add(plain(types.get(i), tuple.isNull(i) ? null : tuple.getObject(i)));
      }
      return fields;
    } else if (value instanceof UdtValue struct) {
      List<DataType> types = ((UserDefinedType) type).getFieldTypes();
      List<@Nullable Object> fields = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        fields.add(plain(types.get(i), struct.isNull(i) ? null : struct.getObject(i)));
      }
      return fields;
    }
    return scalar(value);
  }

  private static String scalar(Object value) {
    if (value instanceof ByteBuffer blob) {
      return CqlBytes.hex(blob);
    } else if (value instanceof InetAddress address) {
      return HexFormat.of().formatHex(address.getAddress());
    } else if (value instanceof CqlDuration duration) {
      return duration(duration.getMonths(), duration.getDays(), duration.getNanoseconds());
    } else if (value instanceof LocalTime time) {
      return String.valueOf(time.toNanoOfDay());
    }
    // Different values of the remaining types have different texts.
    return value.toString();
  }
}
