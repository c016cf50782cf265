package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Binds keys to deletions with a time. A key without its last clustering columns deletes all rows
 * that begin with it. The row of a partition that has nothing but static columns deletes these.
 * Thread-safe.
 */
public final class DeleteStatements implements RowBinder {

  private final KeyCheck keyCheck;
  private final boolean ofStatics;
  private final Delete rows;

  /** Deletes static columns; the same as {@link #rows} if keys have no clustering columns. */
  private final Delete statics;

  /**
   * @param columns the columns in the order of a row's values
   * @param begun when the job began
   */
  public DeleteStatements(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      Deletion deletion,
      Instant begun) {
    Optional<ColumnDescription> cells = deletion.cells().flatMap(table::column);
    boolean ofPartition = cells.filter(column -> column.kind() == Kind.STATIC).isPresent();
    List<ColumnDescription> key =
        ofPartition
            ? table.partitionKey()
            : table.primaryKey().stream().filter(columns::contains).toList();
    String what = cells.map(column -> TableDescription.quote(column.name())).orElse("");
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, deletion.before().orElse(begun));
    this.keyCheck = new KeyCheck(table, columns);
    this.ofStatics = deletion.ofStatics();
    this.rows = new Delete(session, table, columns, what, key, micros);
    this.statics =
        table.hasStatics() && key.size() > table.partitionKey().size()
            ? new Delete(
                session, table, columns, staticColumns(table), table.partitionKey(), micros)
            : rows;
  }

  /**
   * Checks that rows can be deleted by these columns.
   *
   * @throws UnsuitableTableException if the table has counters
   * @throws InvalidSettingException if the columns are not the beginning of the primary key
   */
  public static void requireKey(TableDescription table, List<String> columns) {
    if (table.isCounterTable()) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Table %s holds counters: a deletion of counters cannot have a time, and counters"
                  + " that were deleted do not count again reliably. Empty it with TRUNCATE",
              table));
    }
    columns.stream()
        .filter(name -> table.primaryKey().stream().noneMatch(key -> key.name().equals(name)))
        .findFirst()
        .ifPresent(
            name -> {
              throw new InvalidSettingException(
                  "columns",
                  String.format(
                      "Rows of %s are deleted by their keys, and %s is not in its primary key",
                      table, TableDescription.quote(name)));
            });
    List<String> missing =
        table.partitionKey().stream()
            .map(ColumnDescription::name)
            .filter(name -> !columns.contains(name))
            .toList();
    String gap = "";
    for (ColumnDescription column : table.primaryKey()) {
      if (column.kind() == Kind.CLUSTERING && !columns.contains(column.name())) {
        gap = gap.isEmpty() ? column.name() : gap;
      } else if (!gap.isEmpty() && missing.isEmpty()) {
        missing = List.of(gap);
      }
    }
    if (!missing.isEmpty()) {
      throw new InvalidSettingException(
          "columns",
          String.format(
              "The deletion from %s lacks %s of its primary key; a key has the whole partition key"
                  + " and the first clustering columns",
              table,
              missing.stream().map(TableDescription::quote).collect(Collectors.joining(", "))));
    }
  }

  @Override
  public BoundRow bind(RawRow row) {
    boolean isWhole = keyCheck.isWhole(row);
    if (!isWhole && !ofStatics) {
      throw keyCheck.lacking(row);
    }
    return BoundRow.of(List.of((isWhole ? rows : statics).bind(row)));
  }

  private static String staticColumns(TableDescription table) {
    return table.columns().stream()
        .filter(column -> column.kind() == Kind.STATIC)
        .map(column -> TableDescription.quote(column.name()))
        .collect(Collectors.joining(", "));
  }

  /** One prepared DELETE. */
  private static final class Delete {

    /** With its time and without a key: copying it costs less than binding the statement. */
    private final BoundStatement timed;

    private final int[] positions;

    /**
     * @param what the columns to delete; empty for whole rows
     */
    Delete(
        CqlSession session,
        TableDescription table,
        List<ColumnDescription> columns,
        String what,
        List<ColumnDescription> key,
        long micros) {
      this.positions = key.stream().mapToInt(columns::indexOf).toArray();
      this.timed =
          Preparation.prepare(
                  session,
                  String.format(
                      "DELETE %s FROM %s USING TIMESTAMP ? WHERE %s",
                      what,
                      table.cql(),
                      key.stream()
                          .map(column -> TableDescription.quote(column.name()) + " = ?")
                          .collect(Collectors.joining(" AND "))),
                  "The deletion from " + table)
              .bind()
              .setLong(0, micros);
    }

    BoundStatement bind(RawRow row) {
      // A builder, because each setter of a bound statement copies it.
      BoundStatementBuilder statement =
          new BoundStatementBuilder(timed).setRoutingKey((ByteBuffer) null);
      for (int i = 0; i < positions.length; i++) {
        statement.setBytesUnsafe(i + 1, row.bytes(positions[i]));
      }
      return statement.build();
    }
  }
}
