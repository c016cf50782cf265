package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;

/**
 * Inserts rows that carry static lists, and the lists themselves only with the first row of each
 * partition: the statements of a batch have one write time, and a list that two of them set holds
 * its elements twice.
 */
final class StaticListBinder implements RowBinder {

  private final InsertStatements inserts;
  private final PartitionRun run;

  /**
   * @param claims shared by all readers of an import
   * @param key where rows carry the partition key
   */
  StaticListBinder(InsertStatements inserts, PartitionClaims claims, int[] key) {
    this.inserts = inserts;
    this.run = new PartitionRun(claims, key);
  }

  /** Whether the column is a list that all rows of a partition share, with cells of its own. */
  static boolean isStaticList(ColumnDescription column) {
    return column.kind() == Kind.STATIC && TimedColumn.form(column.type()) == TimedColumn.Form.LIST;
  }

  /** Where rows carry the partition key. */
  static int[] partitionKey(TableDescription table, List<ColumnDescription> columns) {
    return table.partitionKey().stream().mapToInt(columns::indexOf).toArray();
  }

  @Override
  public List<BoundStatement> bind(RawRow row) {
    boolean isFirst = run.next(row);
    return List.of(inserts.bind(row, isFirst && run.isClaimed()));
  }

  @Override
  public void close() {
    run.close();
  }
}
