package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import java.util.Locale;
import java.util.Map;

/** The kinds of CQL types, so that code can switch over them and the compiler sees gaps. */
public enum CqlKind {
  ASCII,
  TEXT,
  BLOB,
  BOOLEAN,
  TINYINT,
  SMALLINT,
  INT,
  BIGINT,
  COUNTER,
  FLOAT,
  DOUBLE,
  DATE,
  TIME,
  TIMESTAMP,
  DECIMAL,
  VARINT,
  DURATION,
  INET,
  UUID,
  TIMEUUID,
  LIST,
  SET,
  MAP,
  TUPLE,
  UDT,
  VECTOR,
  /** A type of a server-side class of its own, which has no CQL name. */
  CUSTOM;

  /** What {@link #lengthInVector} gives for types whose values differ in length. */
  public static final int VARIABLE = -1;

  private static final Map<DataType, CqlKind> PRIMITIVES =
      Map.ofEntries(
          Map.entry(DataTypes.ASCII, ASCII),
          Map.entry(DataTypes.TEXT, TEXT),
          Map.entry(DataTypes.BLOB, BLOB),
          Map.entry(DataTypes.BOOLEAN, BOOLEAN),
          Map.entry(DataTypes.TINYINT, TINYINT),
          Map.entry(DataTypes.SMALLINT, SMALLINT),
          Map.entry(DataTypes.INT, INT),
          Map.entry(DataTypes.BIGINT, BIGINT),
          Map.entry(DataTypes.COUNTER, COUNTER),
          Map.entry(DataTypes.FLOAT, FLOAT),
          Map.entry(DataTypes.DOUBLE, DOUBLE),
          Map.entry(DataTypes.DATE, DATE),
          Map.entry(DataTypes.TIME, TIME),
          Map.entry(DataTypes.TIMESTAMP, TIMESTAMP),
          Map.entry(DataTypes.DECIMAL, DECIMAL),
          Map.entry(DataTypes.VARINT, VARINT),
          Map.entry(DataTypes.DURATION, DURATION),
          Map.entry(DataTypes.INET, INET),
          Map.entry(DataTypes.UUID, UUID),
          Map.entry(DataTypes.TIMEUUID, TIMEUUID));

  /** The type's name in CQL. */
  public String cqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of the given type. */
  public static CqlKind of(DataType type) {
    // First the vector: to the driver it is a custom type as well.
    if (type instanceof VectorType) {
      return VECTOR;
    } else if (type instanceof ListType) {
      return LIST;
    } else if (type instanceof SetType) {
      return SET;
    } else if (type instanceof MapType) {
      return MAP;
    } else if (type instanceof TupleType) {
      return TUPLE;
    } else if (type instanceof UserDefinedType) {
      return UDT;
    }
    return PRIMITIVES.getOrDefault(type, CUSTOM);
  }

  /**
   * The length in bytes that every element of a vector of this type has, or {@link #VARIABLE} if
   * each element carries its length. It follows the server, to which the short integers, dates and
   * times are of variable length although they never vary.
   */
  public static int lengthInVector(DataType type) {
    return switch (of(type)) {
      case BOOLEAN -> 1;
      case INT, FLOAT -> 4;
      case BIGINT, DOUBLE, TIMESTAMP -> 8;
      case UUID, TIMEUUID -> 16;
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        int element = lengthInVector(vector.getElementType());
        yield element == VARIABLE ? VARIABLE : Math.multiplyExact(element, vector.getDimensions());
      }
      default -> VARIABLE;
    };
  }
}
