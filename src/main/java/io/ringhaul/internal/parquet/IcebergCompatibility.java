package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.util.Optional;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Checks in advance whether the types of a Cassandra table and an Iceberg table are compatible. */
public final class IcebergCompatibility {

  private IcebergCompatibility() {}

  /**
   * Returns why values of the column cannot be written to an existing Iceberg column; empty if they
   * can. The Iceberg type must be one that {@link TypeChoices} can give the column, with the fields
   * of structs in any order. It may be optional where the mapping is required. The check ignores
   * ids, docs and whether the column itself is required: for a required column, each null value
   * fails at the time of writing.
   */
  public static Optional<String> exportProblem(ColumnDescription column, Type iceberg) {
    try {
      requireSame(IcebergTypes.typeLike(column, iceberg, TypeChoices.NONE), iceberg, "");
      return Optional.empty();
    } catch (IncompatibleTypeException e) {
      return Optional.of(
          String.format(
              "CQL type %s is not compatible with Iceberg type %s: %s",
              CqlTypes.text(column.type()), iceberg, e.getMessage()));
    }
  }

  /**
   * Returns why values of the Iceberg type cannot be written to a column; empty if the types are
   * compatible. Single values can still be out of range. In addition to the types of {@link
   * IcebergTypes}, these are compatible:
   *
   * <ul>
   *   <li>int and long for each CQL integer type, varint and decimal;
   *   <li>decimal(p,s) for decimal, and for varint if the value has no fraction;
   *   <li>string for uuid, timeuuid and time; time for time;
   *   <li>timestamptz for write times;
   *   <li>float for double;
   *   <li>fixed(n) for blob, timestamptz_ns for timestamp;
   *   <li>timestamp and timestamp_ns for timestamp, if the options have a time zone;
   *   <li>string for date, timestamp and duration, in the forms of CSV files;
   *   <li>unknown, whose values are null, for each type;
   *   <li>a struct with fewer fields than the user-defined type or tuple: the missing fields are
   *       null.
   * </ul>
   *
   * The fields of a user-defined type are matched by name, see {@link FieldNames}. Those of a tuple
   * are matched by position, or by name if all are named f0, f1 and so on.
   */
  public static Optional<String> importProblem(
      ColumnDescription column, Type iceberg, ReadOptions options) {
    try {
      ValueEncoders.of(ValuePath.of(column), column.type(), iceberg, options);
      return Optional.empty();
    } catch (IncompatibleTypeException e) {
      return Optional.of(
          String.format(
              "Iceberg type %s is not compatible with CQL type %s: %s",
              iceberg, CqlTypes.text(column.type()), e.getMessage()));
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
            "the CQL type has no field for " + (path + "." + field.name()).substring(1));
      }
    }
    for (NestedField field : expected.fields()) {
      String fieldPath = path + "." + field.name();
      NestedField other = actual.field(field.name());
      if (other == null) {
        throw new IncompatibleTypeException(
            "the Iceberg type has no field " + fieldPath.substring(1));
      }
      if (field.isOptional() && other.isRequired()) {
        throw new IncompatibleTypeException(fieldPath.substring(1) + " must be optional");
      }
      requireSame(field.type(), other.type(), fieldPath);
    }
  }
}
