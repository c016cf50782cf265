package io.ringhaul.it;

import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.internal.cql.CqlKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.duckdb.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Converts values that DuckDB read to the form of {@link PlainValue}. Only the JDK parses the
 * texts.
 */
public final class DuckDbValue {

  private static final ObjectMapper JSON = new ObjectMapper();

  private DuckDbValue() {}

  public static @Nullable Object plain(DataType type, @Nullable Object value) throws SQLException {
    if (value == null) {
      return null;
    }
    return switch (CqlKind.of(type)) {
      case LIST -> elements(((ListType) type).getElementType(), parts(value));
      case SET -> elements(((SetType) type).getElementType(), parts(value));
      case VECTOR -> elements(((VectorType) type).getElementType(), parts(value));
      case MAP -> entries((MapType) type, value);
      case TUPLE -> fields(((TupleType) type).getComponentTypes(), parts(value));
      case UDT -> struct((UserDefinedType) type, value);
      case DURATION -> value instanceof Struct parts ? duration(parts) : duration(value.toString());
      case BLOB -> value instanceof Blob blob ? hex(blob) : hex(value.toString());
      case TIME -> value instanceof Long nanoseconds ? nanoseconds.toString() : time(value);
      default -> scalar(type, value);
    };
  }

  private static String scalar(DataType type, Object value) {
    String text = value.toString();
    return switch (CqlKind.of(type)) {
      case TINYINT, SMALLINT, INT, BIGINT, COUNTER, VARINT -> new BigInteger(text).toString();
      case FLOAT -> String.valueOf(Float.parseFloat(text));
      case DOUBLE -> String.valueOf(Double.parseDouble(text));
      case DECIMAL -> new BigDecimal(text).toString();
      case DATE -> LocalDate.parse(text).toString();
      case TIMESTAMP -> {
        Instant instant =
            value instanceof OffsetDateTime time ? time.toInstant() : Instant.parse(text);
        yield instant.toString();
      }
      case INET -> inet(text);
      case UUID, TIMEUUID -> UUID.fromString(text).toString();
      default -> text;
    };
  }

  private static List<@Nullable Object> elements(DataType type, List<?> values)
      throws SQLException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (Object value : values) {
      elements.add(plain(type, value));
    }
    return elements;
  }

  private static List<@Nullable Object> fields(List<DataType> types, List<?> values)
      throws SQLException {
    if (types.size() != values.size()) {
      throw new IllegalStateException(values.size() + " fields of " + types.size());
    }
    List<@Nullable Object> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      Object value = values.get(i);
      // DuckDB returns each element of a JSON array as JSON text.
      fields.add(
          plain(
              types.get(i),
              value != null && value instanceof JsonNode ? json(value.toString()) : value));
    }
    return fields;
  }

  private static List<@Nullable Object> struct(UserDefinedType type, Object value)
      throws SQLException {
    if (value instanceof Map<?, ?> map) {
      List<String> names = type.getFieldNames().stream().map(name -> name.asInternal()).toList();
      if (!List.copyOf(map.keySet()).equals(names)) {
        throw new IllegalStateException(map.keySet() + " instead of " + names);
      }
      return fields(type.getFieldTypes(), new ArrayList<>(map.values()));
    }
    return fields(type.getFieldTypes(), parts(value));
  }

  private static List<Object> entries(MapType type, Object value) throws SQLException {
    List<Object> entries = new ArrayList<>();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
      Object key = entry.getKey();
      boolean isText = key instanceof String && DuckDbQuery.isNested(type.getKeyType());
      entries.add(
          Arrays.asList(
              plain(type.getKeyType(), isText ? json(key.toString()) : key),
              plain(type.getValueType(), entry.getValue())));
    }
    return entries;
  }

  private static List<?> parts(Object value) throws SQLException {
    if (value instanceof Struct struct) {
      return Arrays.asList(struct.getAttributes());
    } else if (value instanceof Array array) {
      return Arrays.asList((Object[]) array.getArray());
    }
    return new ArrayList<>((Collection<?>) value);
  }

  private static @Nullable Object json(String text) {
    try {
      return JSON.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON: " + text, e);
    }
  }

  private static String duration(Struct parts) throws SQLException {
    Object[] values = parts.getAttributes();
    return PlainValue.duration((Integer) values[0], (Integer) values[1], (Long) values[2]);
  }

  private static String duration(String text) {
    CqlDuration duration = CqlDuration.from(text);
    return PlainValue.duration(duration.getMonths(), duration.getDays(), duration.getNanoseconds());
  }

  private static String hex(Blob blob) throws SQLException {
    return HexFormat.of().formatHex(blob.getBytes(1, (int) blob.length()));
  }

  /**
   * Converts Base64 to hexadecimal. Values that would start with 0x in Base64 are already
   * hexadecimal in the file.
   */
  private static String hex(String text) {
    return text.startsWith("0x")
        ? text.substring(2)
        : HexFormat.of().formatHex(Base64.getDecoder().decode(text));
  }

  private static String time(Object value) {
    LocalTime time = value instanceof LocalTime local ? local : LocalTime.parse(value.toString());
    return String.valueOf(time.toNanoOfDay());
  }

  private static String inet(String text) {
    try {
      InetAddress address = InetAddress.getByName(text);
      String hex = HexFormat.of().formatHex(address.getAddress());
      // The JDK does not distinguish an IPv4 address from its IPv4-mapped IPv6 address.
      return address instanceof Inet4Address && text.contains(":")
          ? "00000000000000000000ffff" + hex
          : hex;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
