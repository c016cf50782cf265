package io.ringhaul.schema;

import static java.util.stream.Collectors.joining;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TypeText;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The CQL schema of exported columns, in texts alone: what an export keeps so that its values need
 * no guessing, and so that the table can be made again.
 *
 * @param keyspace the source's keyspace, as stored (not quoted)
 * @param table the source's name, as stored
 * @param primaryKey the stored names of the table's whole primary key, exported or not
 * @param columns the exported columns, in the order in which rows carry them
 * @param userTypes the user-defined types that the columns need, each after those it is made of
 */
public record TableSchema(
    String keyspace,
    String table,
    List<String> primaryKey,
    List<Column> columns,
    List<UserType> userTypes) {

  /**
   * A column.
   *
   * @param name its name, as stored
   * @param type its exact type in CQL, as {@link CqlTypes#text} gives it
   * @param kind its place in the table
   * @param descending whether it is a clustering column in descending order
   */
  public record Column(String name, String type, Kind kind, boolean descending) {}

  /**
   * A user-defined type.
   *
   * @param name its name, as stored
   * @param fields the types of its fields in CQL, by their stored names and in their order
   */
  public record UserType(String name, Map<String, String> fields) {

    public UserType {
      fields = new LinkedHashMap<>(fields);
    }
  }

  public TableSchema {
    primaryKey = List.copyOf(primaryKey);
    columns = List.copyOf(columns);
    userTypes = List.copyOf(userTypes);
  }

  /** The schema of some of a table's columns, and of facts about their cells. */
  public static TableSchema of(TableDescription table, List<ColumnDescription> columns) {
    Map<String, UserType> userTypes = new LinkedHashMap<>();
    List<Column> described = new ArrayList<>();
    for (ColumnDescription column : columns) {
      collect(column.type(), userTypes);
      described.add(
          new Column(
              column.name(),
              CqlTypes.text(column.type()),
              column.kind(),
              table.descending().contains(column.name())));
    }
    return new TableSchema(
        table.keyspace(),
        table.name(),
        table.primaryKey().stream().map(ColumnDescription::name).toList(),
        described,
        List.copyOf(userTypes.values()));
  }

  /** The column of that name, as stored. */
  public Optional<Column> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** The statements that make the user-defined types, in the order to run them. */
  public List<String> createTypes(String targetKeyspace) {
    return userTypes.stream()
        .map(
            type ->
                String.format(
                    "CREATE TYPE IF NOT EXISTS %s.%s (%s)",
                    TableDescription.quote(targetKeyspace),
                    TableDescription.quote(type.name()),
                    type.fields().entrySet().stream()
                        .map(
                            field ->
                                TableDescription.quote(field.getKey())
                                    + " "
                                    + checked(field.getValue()))
                        .collect(joining(", "))))
        .toList();
  }

  /**
   * The statement that makes a table of these columns.
   *
   * @throws UnsuitableTableException if a column of the primary key was not exported
   */
  public String createTable(String targetKeyspace, String targetTable) {
    String target = new TableDescription(targetKeyspace, targetTable, List.of()).toString();
    List<String> missing = primaryKey.stream().filter(name -> column(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new UnsuitableTableException(
          target,
          String.format(
              "Table %s cannot be made: the export of %s lacks %s of its primary key; create the"
                  + " table before the import",
              target,
              new TableDescription(keyspace, table, List.of()),
              missing.stream().map(TableDescription::quote).collect(joining(", "))));
    }
    return String.format(
        "CREATE TABLE %s.%s (%s, PRIMARY KEY (%s))%s",
        TableDescription.quote(targetKeyspace),
        TableDescription.quote(targetTable),
        columns.stream()
            .filter(column -> column.kind() != Kind.METADATA)
            .map(TableSchema::definition)
            .collect(joining(", ")),
        keyDefinition(),
        clusteringOrder());
  }

  /** The schema may come from a file of anybody's: nothing but a type may go into a statement. */
  private static String checked(String type) {
    if (TypeText.parse(type).isEmpty()) {
      throw new IllegalArgumentException("The stored CQL schema has a type that is none: " + type);
    }
    return type;
  }

  private static String definition(Column column) {
    return TableDescription.quote(column.name())
        + " "
        + checked(column.type())
        + (column.kind() == Kind.STATIC ? " STATIC" : "");
  }

  private String keyDefinition() {
    List<String> parts = new ArrayList<>();
    parts.add("(" + String.join(", ", keyNames(Kind.PARTITION_KEY)) + ")");
    parts.addAll(keyNames(Kind.CLUSTERING));
    return String.join(", ", parts);
  }

  private List<String> keyNames(Kind kind) {
    return primaryKey.stream()
        .filter(name -> column(name).orElseThrow().kind() == kind)
        .map(TableDescription::quote)
        .toList();
  }

  private String clusteringOrder() {
    List<String> orders =
        primaryKey.stream()
            .map(name -> column(name).orElseThrow())
            .filter(column -> column.kind() == Kind.CLUSTERING)
            .map(
                column ->
                    TableDescription.quote(column.name())
                        + (column.descending() ? " DESC" : " ASC"))
            .toList();
    return orders.isEmpty() ? "" : " WITH CLUSTERING ORDER BY (" + String.join(", ", orders) + ")";
  }

  private static void collect(DataType type, Map<String, UserType> found) {
    Set<DataType> parts = CqlTypes.parts(type);
    parts.forEach(part -> collect(part, found));
    if (type instanceof UserDefinedType udt && !found.containsKey(udt.getName().asInternal())) {
      Map<String, String> fields = new LinkedHashMap<>();
      List<CqlIdentifier> names = udt.getFieldNames();
      for (int i = 0; i < names.size(); i++) {
        fields.put(names.get(i).asInternal(), CqlTypes.text(udt.getFieldTypes().get(i)));
      }
      found.put(udt.getName().asInternal(), new UserType(udt.getName().asInternal(), fields));
    }
  }
}
