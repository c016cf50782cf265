package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Inserts rows that carry static lists. The statements of a batch have one write time, and a list
 * that two of them set holds its elements twice: so the lists of a partition are set by statements
 * of their own, each of which has its answer before the next is sent. To set them again, where the
 * rows of a partition do not follow each other, changes nothing then.
 */
final class StaticListBinder implements RowBinder {

  private final InsertStatements inserts;
  private final Insert lists;
  private final OncePerPartition once;
  private final SharedColumnWriter sharedColumns;
  private final PartitionRun run;

  /**
   * @param lists sets the static lists of the row's partition
   * @param once shared by all readers of an import
   * @param key where rows carry the partition key
   */
  StaticListBinder(
      InsertStatements inserts,
      Insert lists,
      OncePerPartition once,
      StreamWriter writer,
      int[] key) {
    this.inserts = inserts;
    this.lists = lists;
    this.once = once;
    this.sharedColumns = new SharedColumnWriter(writer);
    this.run = new PartitionRun(key);
  }

  /** Whether the column is a list that all rows of a partition share, with cells of its own. */
  static boolean isStaticList(ColumnDescription column) {
    return column.kind() == Kind.STATIC && TimedColumn.form(column.type()) == TimedColumn.Form.LIST;
  }

  /** Sets the static lists of a partition. */
  static Insert lists(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      NullHandling nullHandling) {
    return new Insert(
        session,
        table,
        columns,
        column -> column.kind() == Kind.PARTITION_KEY || isStaticList(column),
        nullHandling);
  }

  @Override
  public List<BoundStatement> bind(RawRow row) throws InterruptedException {
    List<BoundStatement> statements = inserts.bind(row);
    ByteBuffer partition = run.of(row);
    if (run.isNew(partition)) {
      if (lists.writesAnything(row)) {
        int rows = statements.isEmpty() ? 1 : 0;
        once.write(partition, () -> sharedColumns.write(List.of(lists.bind(row)), rows));
      }
      run.enter(partition);
    }
    return statements;
  }

  @Override
  public long writtenAside() {
    return sharedColumns.rows();
  }

  @Override
  public boolean isInDoubt() {
    return sharedColumns.isInDoubt();
  }
}
