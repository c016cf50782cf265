package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.request.Failures;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows to one INSERT, whatever values they lack: those stay UNSET unless tombstones are asked
 * for. A partition that holds only static data has no clustering values and takes a second INSERT
 * without them. Thread-safe.
 */
final class InsertStatements {

  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final PreparedStatement whole;
  private final @Nullable PreparedStatement staticOnly;
  private final Nulls nulls;

  /**
   * @param columns the columns in the order in which rows carry them
   * @param nulls what is written for values that a row lacks
   */
  InsertStatements(
      CqlSession session, TableDescription table, List<ColumnDescription> columns, Nulls nulls) {
    this.nulls = nulls;
    this.table = table;
    this.columns = columns;
    this.whole = prepare(session, columns);
    boolean hasStatics = columns.stream().anyMatch(c -> c.kind() == Kind.STATIC);
    this.staticOnly =
        hasStatics ? prepare(session, columns.stream().filter(c -> !isPerRow(c)).toList()) : null;
  }

  /**
   * The row as a statement.
   *
   * @throws UnsuitableTableException if the row lacks a part of its key
   */
  BoundStatement bind(RawRow row) {
    return bind(row, true);
  }

  /**
   * The row as a statement, with its static lists or without a word on them.
   *
   * @throws UnsuitableTableException if the row lacks a part of its key
   */
  BoundStatement bind(RawRow row, boolean withStaticLists) {
    boolean clustered = false;
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      if (column.isPrimaryKey()) {
        boolean present = row.bytes(i) != null;
        clustered |= present && column.kind() == Kind.CLUSTERING;
        if (!present) {
          missing.add(TableDescription.quote(column.name()));
        }
      }
    }
    if (missing.isEmpty()) {
      return bind(whole, row, true, withStaticLists);
    }
    boolean lacksPartitionKey =
        table.partitionKey().stream()
            .anyMatch(c -> missing.contains(TableDescription.quote(c.name())));
    if (staticOnly == null || clustered || lacksPartitionKey) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "A row for %s has no value for %s, which its primary key needs: row %s",
              table, String.join(", ", missing), new RowKey(table, columns).text(row)));
    }
    return bind(staticOnly, row, false, withStaticLists);
  }

  private BoundStatement bind(
      PreparedStatement prepared, RawRow row, boolean perRow, boolean withStaticLists) {
    BoundStatement statement = prepared.bind();
    int position = 0;
    for (int i = 0; i < columns.size(); i++) {
      if (perRow || !isPerRow(columns.get(i))) {
        ByteBuffer value = row.bytes(i);
        if ((value != null || nulls == Nulls.TOMBSTONE)
            && (withStaticLists || !StaticListBinder.isStaticList(columns.get(i)))) {
          statement = statement.setBytesUnsafe(position, value);
        }
        position++;
      }
    }
    return statement;
  }

  private static boolean isPerRow(ColumnDescription column) {
    return column.kind() == Kind.CLUSTERING || column.kind() == Kind.REGULAR;
  }

  private PreparedStatement prepare(CqlSession session, List<ColumnDescription> into) {
    String cql = insert(into);
    try {
      return session.prepare(cql);
    } catch (RuntimeException e) {
      throw new BulkOperationException(
          String.format(
              "The insert into %s could not be prepared (%s): %s",
              table, cql, Failures.describe(e)),
          e);
    }
  }

  private String insert(List<ColumnDescription> into) {
    return String.format(
        "INSERT INTO %s (%s) VALUES (%s)",
        table.cql(),
        into.stream()
            .map(column -> TableDescription.quote(column.name()))
            .collect(Collectors.joining(", ")),
        into.stream().map(column -> "?").collect(Collectors.joining(", ")));
  }
}
