package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;

/** The table that an export was planned for, and whether the one in the catalog is still that. */
final class PlannedTable {

  private final WriteLayout layout;

  PlannedTable(WriteLayout layout) {
    this.layout = layout;
  }

  /**
   * Checks a table that is there.
   *
   * @throws StorageException if it is another than the one that files are written for
   */
  void requireTheSame(Table table) {
    if (layout.isNew()) {
      if (layout.publication().mode() == CommitMode.CREATE) {
        throw refused("it was made by somebody else in the meantime");
      }
      if (!table.schema().sameSchema(layout.schema())
          || !table.spec().compatibleWith(layout.spec())) {
        throw refused(
            "it was made by somebody else in the meantime, with another schema or partitioning");
      }
    } else if (!table.uuid().equals(layout.uuid())) {
      throw refused("it was dropped and made anew during the export");
    } else if (layout.publication().mode() == CommitMode.CREATE && !isEmpty(table)) {
      throw refused("it was empty, and somebody else has put rows there in the meantime");
    }
  }

  /** Whether no branch of a table has a snapshot, so that it can be filled as a new one. */
  static boolean isEmpty(Table table) {
    return table.currentSnapshot() == null && table.refs().isEmpty();
  }

  /** Checks a table that has changed and changes again with the commit. */
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
      throw refused(layout.publication().ref() + " has become a tag, which cannot be written to");
    }
  }

  /** Checks the schema that the table gets with the commit. */
  void requireSchema(Schema evolved) {
    if (!SchemaChanges.canTakeFilesOf(evolved, layout.schema())) {
      throw refused("its schema was changed by somebody else in the meantime");
    }
  }

  /** For a table that is not there: whether the commit may make it. */
  void requireMissing() {
    if (!layout.isNew()) {
      throw refused("it was dropped during the export");
    }
  }

  private StorageException refused(String reason) {
    return new StorageException(
        layout.table(),
        String.format(
            "Nothing was committed to the Iceberg table %s: %s; run the export again",
            layout.table(), reason),
        null);
  }
}
