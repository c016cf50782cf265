package io.ringhaul.internal.write;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Checks that a row has its key. The errors name the row. */
final class KeyCheck {

  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final boolean hasStatics;

  /**
   * The position of a partition key of one column, which must not be empty; -1 for a longer key.
   */
  private final int onlyPartitionKey;

  /**
   * @param columns the columns in the order of a row's values
   */
  KeyCheck(TableDescription table, List<ColumnDescription> columns) {
    this.table = table;
    this.columns = columns;
    // Even if static columns are not imported, their partitions come as rows without clustering.
    this.hasStatics = table.hasStatics();
    List<ColumnDescription> partitionKey = table.partitionKey();
    this.onlyPartitionKey = partitionKey.size() == 1 ? columns.indexOf(partitionKey.get(0)) : -1;
  }

  /**
   * Whether the row has its whole key. A row with the static data of a partition without rows has
   * the partition key and no clustering columns.
   *
   * @throws UnrepresentableValueException if a part of the key is missing, or if the row has values
   *     that need the whole key
   */
  boolean isWhole(RawRow row) {
    requirePartitionKey(row);
    int missing = 0;
    boolean clustered = false;
    boolean lacksPartitionKey = false;
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      if (column.isPrimaryKey()) {
        boolean present = row.bytes(i) != null;
        clustered |= present && column.kind() == Kind.CLUSTERING;
        lacksPartitionKey |= !present && column.kind() == Kind.PARTITION_KEY;
        missing += present ? 0 : 1;
      }
    }
    if (missing == 0) {
      return true;
    }
    if (!hasStatics || clustered || lacksPartitionKey) {
      throw lacking(row);
    }
    requireNothingOfARow(row);
    return false;
  }

  private void requirePartitionKey(RawRow row) {
    ByteBuffer key = onlyPartitionKey < 0 ? null : row.bytes(onlyPartitionKey);
    if (key != null && !key.hasRemaining()) {
      String name = columns.get(onlyPartitionKey).name();
      throw new UnrepresentableValueException(
          name,
          String.format(
              "A row for %s has an empty value for %s, and a partition key must not be empty: row"
                  + " %s",
              table, TableDescription.quote(name), new RowKey(table, columns).text(row)));
    }
  }

  private void requireNothingOfARow(RawRow row) {
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      if (column.kind() == Kind.REGULAR && row.bytes(i) != null) {
        throw new UnrepresentableValueException(
            column.name(),
            String.format(
                "A row for %s has a value for %s and none for its clustering columns, so that it"
                    + " belongs to no row of the partition: row %s",
                table,
                TableDescription.quote(column.name()),
                new RowKey(table, columns).text(row)));
      }
    }
  }

  /** The failure of a row that lacks a part of its key. */
  UnrepresentableValueException lacking(RawRow row) {
    List<String> missing = new ArrayList<>();
    String first = "";
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).isPrimaryKey() && row.bytes(i) == null) {
        first = missing.isEmpty() ? columns.get(i).name() : first;
        missing.add(TableDescription.quote(columns.get(i).name()));
      }
    }
    return new UnrepresentableValueException(
        first,
        String.format(
            "A row for %s has no value for %s, which its primary key needs: row %s",
            table, String.join(", ", missing), new RowKey(table, columns).text(row)));
  }
}
