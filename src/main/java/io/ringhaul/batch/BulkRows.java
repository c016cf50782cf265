package io.ringhaul.batch;

import java.util.function.Consumer;

/** Writes rows of tables in bulk. */
final class BulkRows {

  private final StatementStream stream;
  private final BatchSender sender;
  private final StatementCatalog catalog;
  private final RowStatements statements;

  BulkRows(
      StatementStream stream,
      BatchSender sender,
      StatementCatalog catalog,
      RowStatements statements) {
    this.stream = stream;
    this.sender = sender;
    this.catalog = catalog;
    this.statements = statements;
  }

  /** See {@link BatchWriter#bulkInsert(Iterable, Consumer)}. */
  BulkResult insert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    throw new UnsupportedOperationException("" + stream + sender + catalog + statements);
  }

  /** See {@link BatchWriter#bulkUpsert(Iterable, Consumer)}. */
  BulkResult upsert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }
}
