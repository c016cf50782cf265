package io.ringhaul.internal.iceberg;

import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types.IntegerType;

/** What Nessie's REST catalog needs that others do not. */
final class Nessie {

  /** The property by which Nessie identifies itself to clients. */
  private static final String MARK = "nessie.is-nessie-catalog";

  private static final String COLUMN = "ringhaul_first_commit";

  private Nessie() {}

  static boolean isServerOf(Catalog catalog) {
    return catalog instanceof RESTCatalog rest && Boolean.parseBoolean(rest.properties().get(MARK));
  }

  /**
   * Makes concurrent first commits to a table conflict. Nessie 0.99 does not check that a table
   * still has no snapshot, so the second commit would replace the rows of the first. It does check
   * the last column id, so the first commit uses one up: it adds a column and drops it again. A
   * commit that adds columns of its own uses up their ids, which the data files have already.
   *
   * @param transaction with all changes of the schema
   */
  static void guardFirstCommit(Catalog catalog, Table table, Transaction transaction) {
    boolean addsColumns =
        transaction.table().schema().highestFieldId() > table.schema().highestFieldId();
    if (table.currentSnapshot() == null && !addsColumns && isServerOf(catalog)) {
      transaction.updateSchema().addColumn(COLUMN, IntegerType.get()).commit();
      transaction.updateSchema().deleteColumn(COLUMN).commit();
    }
  }
}
