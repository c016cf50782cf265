package io.ringhaul.rejects;

import io.ringhaul.cql.RowKey;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Fails an operation at its first row that the other side cannot hold, or keeps all of them. */
public final class RejectedRows implements AutoCloseable {

  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final RowKey rowKey;
  private final @Nullable RejectFile file;
  private final LongAdder count = new LongAdder();

  /**
   * @param columns the columns in the order in which rows carry them
   * @throws io.ringhaul.exceptions.StorageException if there is a file of rejects already
   */
  public RejectedRows(
      RejectSettings settings, TableDescription table, List<ColumnDescription> columns) {
    this.table = table;
    this.columns = columns;
    this.rowKey = new RowKey(table, columns);
    this.file = settings.path().map(RejectFile::new).orElse(null);
  }

  /** How many rows were rejected so far. */
  public long count() {
    return count.sum();
  }

  /**
   * Takes a row that was refused.
   *
   * @throws UnrepresentableValueException the same with the row's name, if rows are not rejected
   */
  public void add(UnrepresentableValueException failure, RawRow row) {
    if (file == null) {
      throw rowKey.named(failure, row);
    }
    addNamed(failure, row);
  }

  /**
   * Takes a row whose failure names it already.
   *
   * @throws UnrepresentableValueException the same, if rows are not rejected
   */
  public void addNamed(UnrepresentableValueException failure, RawRow row) {
    if (file == null) {
      throw failure;
    }
    file.write(
        new JsonLine()
            .put("table", table.toString())
            .put("column", failure.column())
            .put("key", rowKey.text(row))
            .put("reason", String.valueOf(failure.getMessage()))
            .putHex("values", columns, row)
            .end());
    count.increment();
  }

  /**
   * Takes a record of a source that is no row, for CQL cannot hold one of its values.
   *
   * @throws UnrepresentableValueException the same, if rows are not rejected
   */
  public void add(UnrepresentableValueException failure, String source) {
    if (file == null) {
      throw failure;
    }
    file.write(
        new JsonLine()
            .put("table", table.toString())
            .put("column", failure.column())
            .put("source", source)
            .put("reason", String.valueOf(failure.getMessage()))
            .end());
    count.increment();
  }

  /** Makes what was rejected durable. */
  public void finish() {
    if (file != null) {
      file.finish();
    }
  }

  /** Takes the file back, since the operation left nothing behind that it would belong to. */
  public void discard() {
    if (file != null) {
      file.discard();
    }
  }

  /** Closes the file; what it holds by then stays. */
  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
