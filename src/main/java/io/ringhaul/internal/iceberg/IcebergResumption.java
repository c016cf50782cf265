package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/** Checks whether an export that was planned before can go on. */
final class IcebergResumption {

  private final Catalog catalog;
  private final WriteLayout layout;
  private final TableIdentifier identifier;

  IcebergResumption(Catalog catalog, WriteLayout layout) {
    this.catalog = catalog;
    this.layout = layout;
    this.identifier = TableIdentifier.parse(layout.table());
  }

  /**
   * Checks the request and the table.
   *
   * @param wanted the table that is asked for now
   * @throws StorageException if one of them is another than planned
   */
  void check(ExportDescription export, TargetSettings settings, TableIdentifier wanted) {
    requireSame(export, settings, wanted);
    // One that is committed goes on to be found committed, whatever became of the table.
    if (layout.jobCommit(catalog).find().isPresent()) {
      return;
    }
    PlannedTable planned = new PlannedTable(layout);
    if (catalog.tableExists(identifier)) {
      planned.requireFit(catalog.loadTable(identifier));
    } else {
      planned.requireMissing();
    }
  }

  private void requireSame(
      ExportDescription export, TargetSettings settings, TableIdentifier wanted) {
    TableSchema then = layout.origin().source();
    TableSchema now = TableSchema.of(export.table(), export.columns());
    List<String> differences = new ArrayList<>();
    compare(differences, "the export's id", layout.jobId(), export.jobId());
    compare(differences, "the Iceberg table", identifier, wanted);
    compare(differences, "the mode", layout.publication().mode(), settings.commitMode());
    compare(
        differences,
        "the branch",
        layout.publication().ref(),
        new Publication(settings.commitMode(), settings.branch(), settings.properties()).ref());
    compare(differences, "the keyspace", then.keyspace(), now.keyspace());
    compare(differences, "the table", then.table(), now.table());
    compare(differences, "the primary key", then.primaryKey(), now.primaryKey());
    compare(differences, "the columns", then.columns(), now.columns());
    compare(differences, "the types", then.userTypes(), now.userTypes());
    if (!differences.isEmpty()) {
      throw new StorageException(
          layout.table(),
          String.format(
              "The export %s to the Iceberg table %s cannot be taken up again, since it is no"
                  + " longer the same: %s; put that back as it was, or begin a new export",
              layout.jobId(), layout.table(), String.join("; ", differences)),
          null);
    }
  }

  private static void compare(List<String> differences, String what, Object then, Object now) {
    if (!then.equals(now)) {
      differences.add(what + " was " + then + " and is " + now);
    }
  }
}
