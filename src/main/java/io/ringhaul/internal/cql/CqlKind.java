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

/** The kinds of CQL types, for exhaustive switches. */
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
  /** A type with its own server-side class and no CQL name. */
  CUSTOM;

  /** The result of {@link #lengthInVector} for types of variable length. */
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

  /** Returns the type's name in CQL. */
  public String cqlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the kind of a type. */
  public static CqlKind of(DataType type) {
    // Vectors first: the driver also treats them as custom types.
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
   * Returns the length in bytes of each element of a vector of this type, or {@link #VARIABLE} if
   * each element has a length prefix. As in the server, short integers, dates and times count as
   * variable although their length is constant.
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
