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
 * What an operation needs to know of a table: its names and its columns, in the order that {@code
 * SELECT *} gives them.
 *
 * @param keyspace the keyspace's name, as stored (not quoted)
 * @param name the table's name, as stored (not quoted)
 * @param columns partition key first, then clustering columns, then the others
 * @param descending the stored names of the clustering columns whose order is descending
 */
public record TableDescription(
    String keyspace, String name, List<ColumnDescription> columns, Set<String> descending) {

  public TableDescription {
    columns = List.copyOf(columns);
    descending = Set.copyOf(descending);
  }

  /** A table whose clustering columns are all in ascending order. */
  public TableDescription(String keyspace, String name, List<ColumnDescription> columns) {
    this(keyspace, name, columns, Set.of());
  }

  /** {@code "keyspace"."table"} in CQL, quoted always. */
  public String cql() {
    return quote(keyspace) + "." + quote(name);
  }

  /** {@code keyspace.table} for people: quoted only where CQL needs it. */
  @Override
  public String toString() {
    return CqlIdentifier.fromInternal(keyspace).asCql(true)
        + "."
        + CqlIdentifier.fromInternal(name).asCql(true);
  }

  /** The columns of the partition key, in their order. */
  public List<ColumnDescription> partitionKey() {
    return columns.stream().filter(column -> column.kind() == Kind.PARTITION_KEY).toList();
  }

  /** The columns of the primary key: partition key, then clustering columns. */
  public List<ColumnDescription> primaryKey() {
    return columns.stream().filter(ColumnDescription::isPrimaryKey).toList();
  }

  /** Whether the table has static columns. */
  public boolean hasStatics() {
    return columns.stream().anyMatch(column -> column.kind() == Kind.STATIC);
  }

  /** Whether the table holds counters. */
  public boolean isCounterTable() {
    return columns.stream().anyMatch(ColumnDescription::isCounter);
  }

  /** The column of that name, as stored. */
  public Optional<ColumnDescription> column(String columnName) {
    return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
  }

  /**
   * The named columns in the order given, or all of them if no name is given.
   *
   * @throws UnsuitableTableException if a name is unknown or given twice
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

  /** The identifier in double quotes, whatever characters it holds. */
  public static String quote(String identifier) {
    return CqlIdentifier.fromInternal(identifier).asCql(false);
  }
}
