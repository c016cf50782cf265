package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.Operation.Existence;
import io.ringhaul.batch.Operation.Verb;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The form of an operation, which determines its statement.
 *
 * @param clustering number of clustering columns in the key; for an insert or an update all, or
 *     none if it writes static columns only
 * @param expected the columns of {@code ifEquals} conditions
 */
record RowForm(Verb verb, int clustering, Existence existence, List<CqlIdentifier> expected) {

  /**
   * A bind variable of the statement.
   *
   * @param column its column; the first column of the table for a role without one
   */
  record Variable(Role role, RowColumn column) {}

  /** The purpose of a variable. */
  enum Role {
    TTL,
    TIME,
    VALUE,
    EXPECTED
  }

  boolean isConditional() {
    return existence != Existence.ANY || !expected.isEmpty();
  }

  /**
   * Returns the text of the statement.
   *
   * @param table the quoted CQL name
   * @param columns all columns of the table
   * @param variables receives the variables of the statement, in order
   */
  String cql(String table, List<RowColumn> columns, List<Variable> variables) {
    return switch (verb) {
      case INSERT -> insert(table, columns, variables);
      case UPDATE -> update(table, columns, variables);
      case DELETE -> delete(table, columns, variables);
    };
  }

  private String insert(String table, List<RowColumn> columns, List<Variable> variables) {
    List<RowColumn> inserted = new ArrayList<>(key(columns));
    inserted.addAll(others(columns));
    inserted.forEach(column -> variables.add(new Variable(Role.VALUE, column)));
    return String.format(
        "INSERT INTO %s (%s) VALUES (%s)%s%s",
        table,
        inserted.stream().map(RowColumn::cql).collect(Collectors.joining(", ")),
        inserted.stream().map(column -> "?").collect(Collectors.joining(", ")),
        existence == Existence.IF_NOT_EXISTS ? " IF NOT EXISTS" : "",
        using(columns, variables));
  }

  private String update(String table, List<RowColumn> columns, List<Variable> variables) {
    String using = using(columns, variables);
    List<String> assignments = new ArrayList<>();
    for (RowColumn column : others(columns)) {
      variables.add(new Variable(Role.VALUE, column));
      assignments.add(
          String.format(column.isCounter() ? "%1$s = %1$s + ?" : "%s = ?", column.cql()));
    }
    return String.format(
        "UPDATE %s%s SET %s%s%s",
        table,
        using,
        String.join(", ", assignments),
        where(columns, variables),
        condition(columns, variables));
  }

  private String delete(String table, List<RowColumn> columns, List<Variable> variables) {
    String using = using(columns, variables);
    return String.format(
        "DELETE FROM %s%s%s%s",
        table, using, where(columns, variables), condition(columns, variables));
  }

  private String using(List<RowColumn> columns, List<Variable> variables) {
    if (holdsCounters(columns)) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    if (verb != Verb.DELETE) {
      variables.add(new Variable(Role.TTL, columns.get(0)));
      parts.add("TTL ?");
    }
    if (!isConditional()) {
      variables.add(new Variable(Role.TIME, columns.get(0)));
      parts.add("TIMESTAMP ?");
    }
    return parts.isEmpty() ? "" : " USING " + String.join(" AND ", parts);
  }

  private String where(List<RowColumn> columns, List<Variable> variables) {
    List<String> parts = new ArrayList<>();
    for (RowColumn column : key(columns)) {
      variables.add(new Variable(Role.VALUE, column));
      parts.add(column.cql() + " = ?");
    }
    return " WHERE " + String.join(" AND ", parts);
  }

  private String condition(List<RowColumn> columns, List<Variable> variables) {
    if (existence == Existence.IF_EXISTS) {
      return " IF EXISTS";
    }
    List<String> parts = new ArrayList<>();
    for (CqlIdentifier name : expected) {
      for (RowColumn column : columns) {
        if (column.name().equals(name)) {
          variables.add(new Variable(Role.EXPECTED, column));
          parts.add(column.cql() + " = ?");
        }
      }
    }
    return parts.isEmpty() ? "" : " IF " + String.join(" AND ", parts);
  }

  /** The partition key and the first {@code clustering} clustering columns. */
  private List<RowColumn> key(List<RowColumn> columns) {
    List<RowColumn> key = new ArrayList<>();
    int named = 0;
    for (RowColumn column : columns) {
      if (column.kind() == Kind.PARTITION_KEY
          || (column.kind() == Kind.CLUSTERING && named++ < clustering)) {
        key.add(column);
      }
    }
    return key;
  }

  /** The columns outside of the key; only the static ones if the key names no row. */
  private List<RowColumn> others(List<RowColumn> columns) {
    boolean isOfRow =
        clustering > 0 || columns.stream().noneMatch(c -> c.kind() == Kind.CLUSTERING);
    return columns.stream()
        .filter(c -> c.kind() == Kind.STATIC || (isOfRow && c.kind() == Kind.REGULAR))
        .toList();
  }

  private static boolean holdsCounters(List<RowColumn> columns) {
    return columns.stream().anyMatch(RowColumn::isCounter);
  }
}
