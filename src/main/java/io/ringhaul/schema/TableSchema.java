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
 * The CQL schema of exported columns as texts. An export stores it so that its values can be
 * interpreted and the table can be created again.
 *
 * @param keyspace keyspace of the source as stored, not quoted
 * @param table name of the source as stored, not quoted
 * @param primaryKey stored names of the table's whole primary key, including columns that were not
 *     exported
 * @param columns exported columns in the order of the rows' values
 * @param userTypes user-defined types that the columns need, each after the types that it contains
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
   * @param name name as stored
   * @param type exact CQL type, from {@link CqlTypes#text}
   * @param kind role of the column in the table
   * @param descending whether it is a clustering column in descending order
   */
  public record Column(String name, String type, Kind kind, boolean descending) {}

  /**
   * A user-defined type.
   *
   * @param name name as stored
   * @param fields CQL types of the fields by stored name, in order
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

  /** Returns the schema of columns of a table and of metadata of their cells. */
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

  /** Returns the column with a name, as stored. */
  public Optional<Column> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** Returns the statements that create the user-defined types, in the order to run them. */
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
   * Returns the statement that creates a table of these columns.
   *
   * @throws UnsuitableTableException if a column of the primary key was not exported
   */
  public String createTable(String targetKeyspace, String targetTable) {
    return createTable(targetKeyspace, targetTable, List.of());
  }

  /**
   * Returns the statement that creates a table of these columns.
   *
   * @param options options of the table in CQL, such as {@code gc_grace_seconds = 60}
   * @throws UnsuitableTableException if a column of the primary key was not exported
   */
  public String createTable(String targetKeyspace, String targetTable, List<String> options) {
    String target = new TableDescription(targetKeyspace, targetTable, List.of()).toString();
    List<String> missing = primaryKey.stream().filter(name -> column(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new UnsuitableTableException(
          target,
          String.format(
              "Table %s cannot be created: the export of %s lacks %s of its primary key; create the"
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
        with(options));
  }

  /**
   * The schema may come from an untrusted file, so only valid types may become part of a statement.
   */
  private static String checked(String type) {
    if (TypeText.parse(type).isEmpty()) {
      throw new IllegalArgumentException("The stored CQL schema has an invalid type: " + type);
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

  private String with(List<String> options) {
    List<String> orders =
        primaryKey.stream()
            .map(name -> column(name).orElseThrow())
            .filter(column -> column.kind() == Kind.CLUSTERING)
            .map(
                column ->
                    TableDescription.quote(column.name())
                        + (column.descending() ? " DESC" : " ASC"))
            .toList();
    List<String> with = new ArrayList<>();
    if (!orders.isEmpty()) {
      with.add("CLUSTERING ORDER BY (" + String.join(", ", orders) + ")");
    }
    with.addAll(options);
    return with.isEmpty() ? "" : " WITH " + String.join(" AND ", with);
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
