package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Inserts rows with static lists. The statements of a batch have one write time, and a list that
 * two of them set holds its elements twice. Therefore the lists of a partition are set by a shared
 * write, which is answered before the next is sent. Setting them again, where the rows of a
 * partition do not follow each other, then changes nothing.
 */
final class StaticListBinder implements RowBinder {

  private final InsertStatements inserts;
  private final Insert lists;
  private final OncePerPartition once;
  private final PartitionRun run;

  /**
   * @param lists sets the static lists of the row's partition
   * @param once shared by all readers of an import
   * @param key the positions of the partition key in a row
   */
  StaticListBinder(InsertStatements inserts, Insert lists, OncePerPartition once, int[] key) {
    this.inserts = inserts;
    this.lists = lists;
    this.once = once;
    this.run = new PartitionRun(key);
  }

  /** Whether the column is a static list that is not frozen. */
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
  public BoundRow bind(RawRow row) {
    BoundRow bound = inserts.bind(row);
    ByteBuffer partition = run.of(row);
    if (!run.isNew(partition)) {
      return bound;
    }
    List<BoundRow.Shared> shared =
        lists.writesAnything(row)
            ? List.of(new BoundRow.Shared(List.of(lists.bind(row)), once, partition, null))
            : List.of();
    run.enter(partition);
    return new BoundRow(bound.statements(), shared, 0, false);
  }

  @Override
  public void forgetPartition() {
    run.leave();
  }
}
