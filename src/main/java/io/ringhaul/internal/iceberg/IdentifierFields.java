package io.ringhaul.internal.iceberg;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.schema.ColumnDescription;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets a table's primary key as Iceberg's identifier fields. They tell query engines which columns
 * identify a row; Iceberg does not enforce that they are unique.
 */
final class IdentifierFields {

  /**
   * The table property that lists the identifier fields, or contains the reason why there are none.
   */
  static final String PROPERTY = "ringhaul.identifier-fields";

  private static final Logger LOG = LoggerFactory.getLogger(IdentifierFields.class);

  private IdentifierFields() {}

  /**
   * Returns the schema with the export's primary key as its identifier fields, if Iceberg allows
   * it.
   */
  static Schema in(Schema schema, ExportDescription export) {
    Optional<String> obstacle = obstacle(schema, export);
    if (obstacle.isPresent()) {
      LOG.info(
          "The Iceberg table of {} gets no identifier fields: {}", export.table(), obstacle.get());
      return schema;
    }
    Set<Integer> ids = new HashSet<>();
    for (ColumnDescription key : export.table().primaryKey()) {
      ids.add(schema.asStruct().field(key.name()).fieldId());
    }
    return new Schema(schema.columns(), ids);
  }

  /** Returns the value of {@link #PROPERTY} for a schema returned by {@link #in}. */
  static String description(Schema schema, ExportDescription export) {
    return obstacle(schema, export)
        .map(reason -> "none: " + reason)
        .orElseGet(
            () ->
                export.table().primaryKey().stream()
                    .map(IdentifierFields::display)
                    .collect(Collectors.joining(", ")));
  }

  /** Returns the properties to set when a table's schema changes. */
  static Map<String, String> changedProperties(Schema before, Schema after) {
    return after.identifierFieldIds().isEmpty() && !before.identifierFieldIds().isEmpty()
        ? Map.of(PROPERTY, "none: a column of the primary key was dropped or has become nullable")
        : Map.of();
  }

  /** Returns why the primary key cannot become the identifier fields; empty if it can. */
  private static Optional<String> obstacle(Schema schema, ExportDescription export) {
    List<String> exported = export.columns().stream().map(ColumnDescription::name).toList();
    for (ColumnDescription key : export.table().primaryKey()) {
      if (!exported.contains(key.name())) {
        return Optional.of("the export leaves out " + display(key) + " of the primary key");
      }
      NestedField field = schema.asStruct().field(key.name());
      if (field.isOptional()) {
        return Optional.of(
            display(key)
                + " of the primary key is null in partitions that hold only static columns");
      }
      if (!field.type().isPrimitiveType()) {
        return Optional.of(
            display(key) + " of the primary key is a " + field.type() + ", which is not primitive");
      }
      if (field.type().typeId() == TypeID.FLOAT || field.type().typeId() == TypeID.DOUBLE) {
        return Optional.of(
            display(key)
                + " of the primary key is a "
                + field.type()
                + ", which Iceberg does not allow as identifier field");
      }
    }
    return Optional.empty();
  }

  private static String display(ColumnDescription column) {
    return CqlIdentifier.fromInternal(column.name()).asCql(true);
  }
}
