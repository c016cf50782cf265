package io.ringhaul.internal.iceberg;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.WriteMode;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Checks whether an incremental export can merge rows into an Iceberg table. Each changed row
 * deletes the row with its key by an equality delete, so equal keys must have equal values in
 * Iceberg and be in the same partition.
 */
final class MergeableTable {

  private static final int FIRST_VERSION_WITH_DELETES = 2;

  private final ExportDescription export;
  private final String name;

  /**
   * @param name the table's name in its catalog
   */
  MergeableTable(ExportDescription export, String name) {
    this.export = export;
    this.name = name;
  }

  /** Returns the fields of the primary key in the table, in the order of the key. */
  static List<NestedField> key(Schema schema, List<ColumnDescription> primaryKey) {
    return primaryKey.stream().map(column -> schema.asStruct().field(column.name())).toList();
  }

  /**
   * Checks the format version that a table will have.
   *
   * @throws StorageException if the version has no deletes
   */
  void requireDeletes(int formatVersion) {
    if (formatVersion < FIRST_VERSION_WITH_DELETES) {
      throw refused(
          String.format(
              "its format version is %d, which has no deletes: set its property %s to %d",
              formatVersion, TableProperties.FORMAT_VERSION, FIRST_VERSION_WITH_DELETES));
    }
  }

  /**
   * Checks the key and the partitioning of a table.
   *
   * @throws StorageException if equality deletes cannot find the rows of a key
   */
  void requireKey(Schema schema, PartitionSpec spec) {
    Set<Integer> ids = new HashSet<>();
    for (ColumnDescription column : export.table().primaryKey()) {
      if (!export.columns().contains(column)) {
        throw refused(
            "the export leaves out " + display(column) + " of the primary key: select it too");
      }
      NestedField field = schema.asStruct().field(column.name());
      ids.add(field.fieldId());
      TypeID type = field.type().typeId();
      if (!field.type().isPrimitiveType() || type == TypeID.FLOAT || type == TypeID.DOUBLE) {
        throw refused(
            String.format(
                "%s of the primary key is %s, which Iceberg's equality deletes cannot compare",
                display(column), field.type()));
      }
      if (column.kind() == Kind.CLUSTERING
          && column.type().equals(DataTypes.DECIMAL)
          && type == TypeID.STRING) {
        throw refused(
            String.format(
                "%s of the primary key is a decimal that the table has as text: 1.0 and 1.00 are"
                    + " one key in Cassandra and two texts; give it a type with %s",
                display(column), Setting.DECIMAL.callWithValue()));
      }
    }
    for (PartitionField field : spec.fields()) {
      if (!field.transform().isVoid() && !ids.contains(field.sourceId())) {
        throw refused(
            String.format(
                "it is partitioned by %s, which is not part of the primary key: a row whose value"
                    + " changes would be in two partitions, since deletes apply within one."
                    + " Partition by columns of the primary key",
                schema.findColumnName(field.sourceId())));
      }
    }
  }

  /**
   * Checks an existing table that has rows.
   *
   * @param head the branch's snapshot
   * @param last the last record of the branch
   * @param source identifies the exported table
   * @param isCompared whether the rows are compared, so that no record is needed
   */
  void requireRows(
      Table table, Snapshot head, Optional<Merge.Last> last, String source, boolean isCompared) {
    for (ManifestFile manifest : head.allManifests(table.io())) {
      if (manifest.partitionSpecId() != table.spec().specId()
          && (manifest.hasAddedFiles() || manifest.hasExistingFiles())) {
        throw refused(
            "it has files of an earlier partitioning, to which deletes of the current one do not"
                + " apply: rewrite its data files first");
      }
    }
    if (last.isPresent() && !last.get().source().equals(source)) {
      throw refused(
          String.format(
              "its rows are those of %s, and the export is of %s: another table, or one that was"
                  + " dropped and created again. Use another Iceberg table, or replace all rows"
                  + " with %s",
              last.get().source(), source, Setting.MODE.callWith(WriteMode.OVERWRITE)));
    }
    requireSelection(table, last);
    if (last.isEmpty() && !(isCompared && isOfSource(table))) {
      throw refused(
          String.format(
              "it has rows, and none of its snapshots tells up to which moment an incremental"
                  + " export has read: it was filled otherwise, or the snapshot has expired."
                  + " Replace all rows once with %s%s",
              Setting.MODE.callWith(WriteMode.OVERWRITE),
              isOfSource(table)
                  ? ", or compare all rows once with " + Setting.DETECT_DELETES.call()
                  : ""));
    }
  }

  /** Checks that the rows have the columns that the table's other rows have. */
  private void requireSelection(Table table, Optional<Merge.Last> last) {
    Merge.Selection now = Merge.Selection.of(export);
    Merge.Selection then = last.map(Merge.Last::selection).orElse(now);
    for (ColumnDescription column : export.columns()) {
      if (then.leftOut().contains(column.name())) {
        throw refused(
            String.format(
                "earlier exports left out the column %s, so that the rows that have not changed"
                    + " would not get their values; leave it out again, or replace all rows with %s",
                display(column), Setting.MODE.callWith(WriteMode.OVERWRITE)));
      }
    }
    for (String name : now.leftOut()) {
      boolean isNew = last.isEmpty() || !then.leftOut().contains(name);
      if (isNew && table.schema().asStruct().field(name) != null) {
        throw refused(
            String.format(
                "the export leaves out the column %s, which the table has, so that the rows that"
                    + " have changed would lose its values; select it too",
                CqlIdentifier.fromInternal(name).asCql(true)));
      }
    }
    if (!now.times().equals(then.times())) {
      throw refused(
          String.format(
              "earlier exports had the columns of times %s, and this one has %s; export with the"
                  + " same times",
              then.times().isEmpty() ? "(none)" : String.join(", ", then.times()),
              now.times().isEmpty() ? "(none)" : String.join(", ", now.times())));
    }
  }

  private boolean isOfSource(Table table) {
    return export.table().name().equals(table.properties().get(NewTable.SOURCE_TABLE))
        && export.table().keyspace().equals(table.properties().get(NewTable.SOURCE_KEYSPACE));
  }

  private StorageException refused(String reason) {
    return new StorageException(
        name,
        String.format(
            "An incremental export of %s cannot merge its rows into the Iceberg table %s: %s",
            export.table(), name, reason),
        null);
  }

  private static String display(ColumnDescription column) {
    return CqlIdentifier.fromInternal(column.name()).asCql(true);
  }
}
