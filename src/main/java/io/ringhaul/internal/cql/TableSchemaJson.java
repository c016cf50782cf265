package io.ringhaul.internal.cql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.Column;
import io.ringhaul.schema.TableSchema.UserType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Converts a {@link TableSchema} to and from the JSON in manifests, file footers and table
 * properties.
 */
public final class TableSchemaJson {

  /** The name of the property in formats with named properties. */
  public static final String PROPERTY = "ringhaul.cql.table";

  private TableSchemaJson() {}

  /** Returns the schema as one line of JSON. */
  public static String text(TableSchema schema) {
    return Json.text(node(schema));
  }

  /**
   * Parses the JSON of a schema.
   *
   * @throws IllegalArgumentException if the text is not the JSON of a schema
   */
  public static TableSchema parse(String text) {
    return parse(Json.read(text, JsonNode.class, "the JSON of a CQL schema"));
  }

  /** Returns the schema as a JSON tree. */
  public static ObjectNode node(TableSchema schema) {
    ObjectNode node = Json.object();
    node.put("keyspace", schema.keyspace());
    node.put("table", schema.table());
    ArrayNode key = node.putArray("primaryKey");
    schema.primaryKey().forEach(key::add);
    ArrayNode columns = node.putArray("columns");
    for (Column column : schema.columns()) {
      ObjectNode each = columns.addObject();
      each.put("name", column.name());
      each.put("type", column.type());
      each.put("kind", column.kind().name().toLowerCase(Locale.ROOT));
      if (column.kind() == Kind.CLUSTERING) {
        each.put("order", column.descending() ? "desc" : "asc");
      }
    }
    ArrayNode types = node.putArray("userTypes");
    for (UserType type : schema.userTypes()) {
      ObjectNode each = types.addObject();
      each.put("name", type.name());
      ArrayNode fields = each.putArray("fields");
      type.fields().forEach((name, cql) -> fields.addObject().put("name", name).put("type", cql));
    }
    return node;
  }

  /**
   * Parses a JSON tree.
   *
   * @throws IllegalArgumentException if the tree is not a schema
   */
  public static TableSchema parse(JsonNode node) {
    List<String> key = new ArrayList<>();
    required(node, "primaryKey").forEach(name -> key.add(name.asText()));
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : required(node, "columns")) {
      columns.add(
          new Column(
              text(column, "name"),
              text(column, "type"),
              Kind.valueOf(text(column, "kind").toUpperCase(Locale.ROOT)),
              column.path("order").asText().equals("desc")));
    }
    List<UserType> types = new ArrayList<>();
    for (JsonNode type : required(node, "userTypes")) {
      Map<String, String> fields = new LinkedHashMap<>();
      for (JsonNode field : required(type, "fields")) {
        fields.put(text(field, "name"), text(field, "type"));
      }
      types.add(new UserType(text(type, "name"), fields));
    }
    return new TableSchema(text(node, "keyspace"), text(node, "table"), key, columns, types);
  }

  private static String text(JsonNode node, String name) {
    return required(node, name).asText();
  }

  private static JsonNode required(JsonNode node, String name) {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException("The stored CQL schema lacks " + name + ": " + node);
    }
    return value;
  }
}
