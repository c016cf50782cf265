package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.internal.parquet.IcebergTypes;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/** Whether a table that is there can take an export, and with which schema. */
final class ExistingTable {

  private final Table table;
  private final ExportDescription export;
  private final TypeChoices types;
  private final List<String> problems = new ArrayList<>();

  ExistingTable(Table table, ExportDescription export, TypeChoices types) {
    this.table = table;
    this.export = export;
    this.types = types;
  }

  /**
   * The schema that the table must have to take the export: its own, with the columns and fields
   * that it lacks, with types promoted as far as Iceberg allows, and optional where rows may lack a
   * value. Columns that the export does not have stay.
   *
   * @param partitioning what the user asked for; empty to take the table's own
   * @param publication how the export is committed
   * @throws StorageException if the table does not fit, with every reason
   */
  Schema evolved(List<PartitionExpression> partitioning, Publication publication) {
    UpdateSchema update = table.updateSchema();
    Schema evolved =
        SchemaChanges.add(update, table.schema(), wanted()) ? update.apply() : table.schema();
    requireTypes(evolved);
    requirePartitioning(partitioning, evolved);
    requireBranch(publication);
    if (!problems.isEmpty()) {
      throw new StorageException(
          table.name(),
          String.format(
              "The Iceberg table %s does not fit the export: %s. Export to another table, or select"
                  + " the columns that fit",
              table.name(), String.join("; ", problems)),
          null);
    }
    return evolved;
  }

  /** The table's columns as they should be, then the ones that it lacks. */
  private List<NestedField> wanted() {
    boolean isOurs = table.properties().containsKey(NewTable.SOURCE_TABLE);
    List<NestedField> wanted = new ArrayList<>();
    for (NestedField field : table.schema().columns()) {
      wanted.add(
          export.columns().stream()
              .filter(column -> column.name().equals(field.name()))
              .findFirst()
              .map(column -> filled(field, column, isOurs))
              .orElseGet(() -> unfilled(field)));
    }
    Schema own = IcebergTypes.schema(export.table(), export.columns(), types);
    for (ColumnDescription column : export.columns()) {
      if (table.schema().asStruct().field(column.name()) == null) {
        if (column.isPrimaryKey()) {
          problems.add(
              "it has no column "
                  + column.name()
                  + ", which is part of the primary key, so its rows have another key");
        } else {
          wanted.add(own.asStruct().field(column.name()));
        }
      }
    }
    return wanted;
  }

  /** A column that the export has values for. */
  private NestedField filled(NestedField field, ColumnDescription column, boolean isOurs) {
    Type type =
        types.decimal(column).<Type>map(decimal -> decimal).orElseGet(() -> type(column, field));
    NestedField.Builder builder = NestedField.from(field).ofType(type);
    if (isOurs) {
      builder.withDoc(IcebergTypes.doc(column));
    }
    return column.isNullable(export.table().hasStatics())
        ? builder.asOptional().build()
        : builder.build();
  }

  private static Type type(ColumnDescription column, NestedField field) {
    return IcebergTypes.typeLike(column.type(), field.type());
  }

  /** A column that new rows have no value for. */
  private NestedField unfilled(NestedField field) {
    if (field.isOptional()) {
      return field;
    }
    if (export.table().column(field.name()).isPresent()) {
      problems.add(
          "it requires a column " + field.name() + ", which the export leaves out: select it too");
    }
    return NestedField.from(field).asOptional().build();
  }

  private void requireTypes(Schema evolved) {
    for (ColumnDescription column : export.columns()) {
      NestedField field = evolved.asStruct().field(column.name());
      if (field == null) {
        continue;
      }
      types
          .decimal(column)
          .filter(chosen -> !chosen.equals(field.type()))
          .ifPresent(chosen -> notChangeable(column, field.type(), chosen));
      IcebergCompatibility.exportProblem(column.type(), field.type())
          .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
    }
  }

  private void notChangeable(ColumnDescription column, Type type, DecimalType chosen) {
    problems.add(
        String.format(
            "column %s: it is to be %s, and Iceberg cannot change %s to that",
            column.name(), chosen, type));
  }

  private void requirePartitioning(List<PartitionExpression> partitioning, Schema evolved) {
    if (!partitioning.isEmpty()) {
      PartitionSpec asked = PartitionExpression.bind(partitioning, evolved);
      if (!asked.compatibleWith(table.spec())) {
        problems.add("it is partitioned by " + table.spec() + ", not by " + asked);
      }
    }
  }

  private void requireBranch(Publication publication) {
    SnapshotRef ref = table.refs().get(publication.ref());
    if (ref != null && !ref.isBranch()) {
      problems.add(publication.ref() + " is a tag there, not a branch");
    } else if (publication.mode() == CommitMode.REPLACE_PARTITIONS) {
      requireReplaceable(SnapshotUtil.latestSnapshot(table, publication.ref()));
    }
  }

  private void requireReplaceable(@Nullable Snapshot head) {
    if (table.spec().isUnpartitioned()) {
      problems.add(
          "it has no partitions to overwrite: set "
              + Setting.MODE.mark()
              + " to overwrite to replace all rows");
    } else if (head != null) {
      for (ManifestFile manifest : head.dataManifests(table.io())) {
        if (manifest.partitionSpecId() != table.spec().specId()
            && (manifest.hasAddedFiles() || manifest.hasExistingFiles())) {
          problems.add(
              "it has files of an earlier partitioning, whose partitions cannot be told apart from"
                  + " the new ones: rewrite its data files first");
          return;
        }
      }
    }
  }
}
