package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;

/** Checks that the table in the catalog is still the one that the export was planned for. */
final class PlannedTable {

  private final WriteLayout layout;

  PlannedTable(WriteLayout layout) {
    this.layout = layout;
  }

  /**
   * Checks an existing table.
   *
   * @throws StorageException if the files were not written for this table
   */
  void requireTheSame(Table table) {
    if (layout.isNew()) {
      if (layout.publication().mode() == CommitMode.CREATE) {
        throw refused("it was created by another writer in the meantime");
      }
      if (!table.schema().sameSchema(layout.schema())
          || !table.spec().compatibleWith(layout.spec())) {
        throw refused(
            "it was created by another writer in the meantime, with another schema or"
                + " partitioning");
      }
    } else if (!table.uuid().equals(layout.uuid())) {
      throw refused("it was dropped and created again during the export");
    } else if (layout.publication().mode() == CommitMode.CREATE && !isEmpty(table)) {
      throw refused("it was empty, but another commit has added rows in the meantime");
    }
  }

  /** Returns whether no branch of the table has a snapshot, so that mode CREATE can fill it. */
  static boolean isEmpty(Table table) {
    return table.currentSnapshot() == null && table.refs().isEmpty();
  }

  /** Checks whether an existing table still fits the plan with the schema changes of the commit. */
  void requireFit(Table table) {
    requireTheSame(table);
    UpdateSchema update = table.updateSchema();
    Schema evolved =
        SchemaChanges.add(update, table.schema(), layout.schema().columns())
            ? update.apply()
            : table.schema();
    requireSchema(evolved);
    SnapshotRef ref = table.refs().get(layout.publication().ref());
    if (ref != null && !ref.isBranch()) {
      throw refused(layout.publication().ref() + " is now a tag, which cannot be written to");
    }
  }

  /** Checks the table's schema after the commit's changes. */
  void requireSchema(Schema evolved) {
    if (!SchemaChanges.canTakeFilesOf(evolved, layout.schema())) {
      throw refused("its schema was changed by another writer in the meantime");
    }
  }

  /** Checks that the commit may create a table that does not exist. */
  void requireMissing() {
    if (!layout.isNew()) {
      throw refused("it was dropped during the export");
    }
  }

  private StorageException refused(String reason) {
    return new StorageException(
        layout.table(),
        String.format(
            "Nothing was committed to the Iceberg table %s: %s%s",
            layout.table(),
            reason,
            // An incremental export is planned again.
            layout.merge().isPresent() ? "" : "; run the export again"),
        null);
  }
}
