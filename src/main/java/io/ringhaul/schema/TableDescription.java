package io.ringhaul.schema;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table: its names and its columns in the order of {@code SELECT *}.
 *
 * @param keyspace name of the keyspace as stored, not quoted
 * @param name name of the table as stored, not quoted
 * @param columns partition key columns, then clustering columns, then all others
 * @param descending stored names of the clustering columns in descending order
 */
public record TableDescription(
    String keyspace, String name, List<ColumnDescription> columns, Set<String> descending) {

  public TableDescription {
    columns = List.copyOf(columns);
    descending = Set.copyOf(descending);
  }

  /** Creates a table whose clustering columns are all in ascending order. */
  public TableDescription(String keyspace, String name, List<ColumnDescription> columns) {
    this(keyspace, name, columns, Set.of());
  }

  /** Returns {@code "keyspace"."table"} in CQL, always quoted. */
  public String cql() {
    return quote(keyspace) + "." + quote(name);
  }

  /** Returns {@code keyspace.table} for messages, quoted only where CQL needs it. */
  @Override
  public String toString() {
    return CqlIdentifier.fromInternal(keyspace).asCql(true)
        + "."
        + CqlIdentifier.fromInternal(name).asCql(true);
  }

  /** Returns the columns of the partition key in order. */
  public List<ColumnDescription> partitionKey() {
    return columns.stream().filter(column -> column.kind() == Kind.PARTITION_KEY).toList();
  }

  /** Returns the columns of the primary key: partition key, then clustering columns. */
  public List<ColumnDescription> primaryKey() {
    return columns.stream().filter(ColumnDescription::isPrimaryKey).toList();
  }

  /** Returns whether the table has static columns. */
  public boolean hasStatics() {
    return columns.stream().anyMatch(column -> column.kind() == Kind.STATIC);
  }

  /** Returns whether the table has counters. */
  public boolean isCounterTable() {
    return columns.stream().anyMatch(ColumnDescription::isCounter);
  }

  /** Returns the column with a name, as stored. */
  public Optional<ColumnDescription> column(String columnName) {
    return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
  }

  /**
   * Returns the named columns in the given order, or all columns if {@code names} is empty.
   *
   * @throws UnsuitableTableException if a name is unknown or duplicate
   */
  public List<ColumnDescription> select(List<String> names) {
    if (names.isEmpty()) {
      return columns;
    }
    Set<String> seen = new LinkedHashSet<>();
    List<ColumnDescription> selected = new ArrayList<>();
    for (String columnName : names) {
      ColumnDescription column =
          column(columnName)
              .orElseThrow(
                  () ->
                      new UnsuitableTableException(
                          toString(),
                          String.format(
                              "Table %s has no column %s; it has %s",
                              this,
                              CqlIdentifier.fromInternal(columnName).asCql(true),
                              columnNames())));
      if (!seen.add(columnName)) {
        throw new UnsuitableTableException(
            toString(),
            String.format(
                "Column %s is named twice; name each column of %s once",
                CqlIdentifier.fromInternal(columnName).asCql(true), this));
      }
      selected.add(column);
    }
    return List.copyOf(selected);
  }

  private String columnNames() {
    return String.join(
        ", ",
        columns.stream()
            .filter(column -> column.kind() != Kind.METADATA)
            .map(column -> CqlIdentifier.fromInternal(column.name()).asCql(true))
            .toList());
  }

  /** Returns the identifier in double quotes. */
  public static String quote(String identifier) {
    return CqlIdentifier.fromInternal(identifier).asCql(false);
  }
}
