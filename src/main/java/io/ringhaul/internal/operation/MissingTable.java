package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.servererrors.AlreadyExistsException;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.UserType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the table of an import, if it is not there, from the schema that the source keeps. */
public final class MissingTable {

  private static final Logger LOG = LoggerFactory.getLogger(MissingTable.class);

  private final CqlSession session;
  private final OperationSettings settings;
  private final String keyspace;
  private final String name;
  private final String display;

  public MissingTable(CqlSession session, OperationSettings settings) {
    this.session = session;
    this.settings = settings;
    this.keyspace = settings.keyspace().asInternal();
    this.name = settings.table().asInternal();
    this.display = new TableDescription(keyspace, name, List.of()).toString();
  }

  /**
   * Makes the table and its types, and returns when all nodes and the session know of them. A table
   * that is there is left as it is.
   *
   * @throws UnsuitableTableException if the keyspace is missing, the source keeps no schema, or the
   *     keyspace has another type of the same name
   */
  public void create(ImportSource source) {
    TableLookup lookup = new TableLookup(session);
    if (lookup.exists(settings.keyspace(), settings.table())) {
      return;
    }
    TableSchema schema;
    try (SourceSession opened = source.open()) {
      schema =
          opened
              .schema(keyspace, name)
              .orElseThrow(
                  () ->
                      new UnsuitableTableException(
                          display,
                          String.format(
                              "Table %s does not exist, and the source keeps no CQL schema to make"
                                  + " it from; create the table before the import",
                              display)));
    }
    requireSameTypes(schema);
    String table;
    List<String> types;
    try {
      table = schema.createTable(keyspace, name);
      types = schema.createTypes(keyspace);
    } catch (IllegalArgumentException e) {
      throw new UnsuitableTableException(
          display, "Table " + display + " cannot be made. " + e.getMessage());
    }
    SchemaChange change = new SchemaChange(session, settings.requests());
    for (String type : types) {
      change.run(type);
    }
    // Somebody else may have made the types in the meantime.
    requireSameTypes(schema);
    try {
      change.run(table);
      LOG.info("Table {} did not exist and was made: {}", display, table);
    } catch (AlreadyExistsException e) {
      LOG.info("Table {} was made by somebody else in the meantime and is used as it is", display);
      change.awaitAgreement();
    }
    if (!lookup.exists(settings.keyspace(), settings.table())) {
      throw new BulkOperationException(
          String.format(
              "Table %s was made, but the session does not learn of it; run the import again",
              display));
    }
  }

  /** A type that is there already is used, so it must be the same. */
  private void requireSameTypes(TableSchema schema) {
    for (UserType type : schema.userTypes()) {
      Optional<UserDefinedType> present =
          session
              .getMetadata()
              .getKeyspace(settings.keyspace())
              .flatMap(there -> there.getUserDefinedType(CqlIdentifier.fromInternal(type.name())));
      present.ifPresent(
          udt -> {
            Map<String, String> fields = fields(udt);
            if (!inOrder(fields).equals(inOrder(type.fields()))) {
              throw new UnsuitableTableException(
                  display,
                  String.format(
                      "Table %s cannot be made: its type %s has the fields %s, but the keyspace has"
                          + " one of that name with %s; create the table before the import",
                      display,
                      CqlIdentifier.fromInternal(type.name()).asCql(true),
                      type.fields(),
                      fields));
            }
          });
    }
  }

  private static Map<String, String> fields(UserDefinedType type) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < type.getFieldNames().size(); i++) {
      fields.put(
          type.getFieldNames().get(i).asInternal(), CqlTypes.text(type.getFieldTypes().get(i)));
    }
    return fields;
  }

  private static List<Map.Entry<String, String>> inOrder(Map<String, String> fields) {
    return new ArrayList<>(fields.entrySet());
  }
}
