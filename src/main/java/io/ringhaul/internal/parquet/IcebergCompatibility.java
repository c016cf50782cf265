package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.util.Optional;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Tells up front whether the types of a table in Cassandra and of one in Iceberg fit. */
public final class IcebergCompatibility {

  private IcebergCompatibility() {}

  /**
   * Why values of the CQL type cannot go to an existing Iceberg column; empty if they can. The
   * Iceberg type must be that of {@link IcebergTypes#type}, the fields of structs in any order; it
   * may be optional where the mapping is not, and a fixed decimal where CQL has a decimal or, with
   * a scale of 0, a varint. Ids and docs do not count. Whether the column itself is required does
   * not either: a null is refused when it comes.
   */
  public static Optional<String> exportProblem(DataType cql, Type iceberg) {
    try {
      requireSame(IcebergTypes.typeLike(cql, iceberg), iceberg, "");
      return Optional.empty();
    } catch (IncompatibleTypeException e) {
      return Optional.of(
          String.format(
              "CQL type %s does not fit Iceberg type %s: %s",
              CqlTypes.text(cql), iceberg, e.getMessage()));
    }
  }

  /**
   * Why values of the Iceberg type cannot go to a column of the CQL type; empty if they can, as far
   * as the types tell: single values may still be out of range. Beyond what {@link IcebergTypes}
   * writes, it takes
   *
   * <ul>
   *   <li>int and long for every CQL integer, varint and decimal;
   *   <li>decimal(p,s) for decimal, and for varint where there is no fraction;
   *   <li>string for uuid and timeuuid;
   *   <li>float for double;
   *   <li>fixed(n) for blob, time for time, timestamptz_ns for timestamp;
   *   <li>a struct with fewer fields than the user-defined type or tuple: the others are null.
   * </ul>
   *
   * The fields of a user-defined type are found by name, those of a tuple by position unless they
   * are called f0, f1 and so on.
   */
  public static Optional<String> importProblem(DataType cql, Type iceberg) {
    try {
      ColumnDescription column =
          new ColumnDescription("value", cql, ColumnDescription.Kind.REGULAR);
      ValueEncoders.of(ValuePath.of(column), cql, iceberg);
      return Optional.empty();
    } catch (IncompatibleTypeException e) {
      return Optional.of(
          String.format(
              "Iceberg type %s does not fit CQL type %s: %s",
              iceberg, CqlTypes.text(cql), e.getMessage()));
    }
  }

  private static void requireSame(Type expected, Type actual, String path) {
    if (expected.isPrimitiveType()
        ? !expected.equals(actual)
        : expected.typeId() != actual.typeId()) {
      throw new IncompatibleTypeException(
          (path.isEmpty() ? "it" : path.substring(1)) + " must be " + expected + ", not " + actual);
    }
    if (expected.isListType()) {
      requireSame(
          expected.asListType().elementType(),
          actual.asListType().elementType(),
          path + ".element");
    } else if (expected.isMapType()) {
      Types.MapType map = expected.asMapType();
      requireSame(map.keyType(), actual.asMapType().keyType(), path + ".key");
      requireSame(map.valueType(), actual.asMapType().valueType(), path + ".value");
    } else if (expected.isStructType()) {
      requireSameFields(expected.asStructType(), actual.asStructType(), path);
    }
  }

  private static void requireSameFields(
      Types.StructType expected, Types.StructType actual, String path) {
    for (NestedField field : actual.fields()) {
      if (expected.field(field.name()) == null) {
        throw new IncompatibleTypeException(
            "it has no field for " + (path + "." + field.name()).substring(1));
      }
    }
    for (NestedField field : expected.fields()) {
      String fieldPath = path + "." + field.name();
      NestedField other = actual.field(field.name());
      if (other == null) {
        throw new IncompatibleTypeException("there is no field " + fieldPath.substring(1));
      }
      if (field.isOptional() && other.isRequired()) {
        throw new IncompatibleTypeException(fieldPath.substring(1) + " must be optional");
      }
      requireSame(field.type(), other.type(), fieldPath);
    }
  }
}
