package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.servererrors.AlreadyExistsException;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.PrimaryKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.cql.TypeText;
import io.ringhaul.internal.mapping.MappedSource;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.NodeVersions;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.UserType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the table of an import, if it does not exist, from the schema of the source. */
public final class MissingTable {

  private static final Logger LOG = LoggerFactory.getLogger(MissingTable.class);
  private static final int VECTORS_SINCE = 5;
  private static final String VECTOR = "vector<";

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
   * Creates the table and its types, and returns when all nodes and the session know them. Does not
   * change an existing table.
   *
   * @param key the primary key; empty for the source's
   * @param columns the columns to import; empty for all
   * @throws UnsuitableTableException if the keyspace is missing, the source has no schema or no
   *     primary key, a column has no CQL type, or the keyspace has a different type of the same
   *     name
   * @throws UnsupportedClusterException if the cluster is too old for the schema's vectors
   */
  public void create(ImportSource source, Optional<PrimaryKey> key, List<CqlIdentifier> columns) {
    TableLookup lookup = new TableLookup(session);
    if (lookup.exists(settings.keyspace(), settings.table())) {
      return;
    }
    TableSchema schema;
    List<String> options = List.of();
    try (SourceSession opened = source.open()) {
      TableSchema found =
          opened
              .schema(keyspace, name)
              .orElseThrow(
                  () ->
                      new UnsuitableTableException(
                          display,
                          String.format(
                              "Table %s does not exist, and the source keeps no CQL schema"
                                  + " to create it from; create the table before the import",
                              display)));
      schema = keyed(typed(found, columns), key);
      if (MappedSource.ofFields(opened) instanceof TableSourceSession copied) {
        options = copied.definition().options(session);
      }
    }
    requireSameTypes(schema);
    String table;
    List<String> types;
    try {
      table = schema.createTable(keyspace, name, options);
      types = schema.createTypes(keyspace);
    } catch (IllegalArgumentException e) {
      throw new UnsuitableTableException(
          display, "Table " + display + " cannot be created. " + e.getMessage());
    }
    SchemaChange change = new SchemaChange(session, settings.requests());
    for (String type : types) {
      run(change, type, schema);
    }
    // Another client may have created the types meanwhile.
    requireSameTypes(schema);
    try {
      run(change, table, schema);
      LOG.info("Table {} did not exist and was created: {}", display, table);
    } catch (AlreadyExistsException e) {
      LOG.info("Another client created table {} meanwhile; the import uses that table", display);
      change.awaitAgreement();
    }
    if (!lookup.exists(settings.keyspace(), settings.table())) {
      throw new BulkOperationException(
          String.format(
              "Table %s was created, but the session's metadata does not show it; run the"
                  + " import again",
              display));
    }
  }

  /** Returns the schema without columns that have no CQL type and are not imported. */
  private TableSchema typed(TableSchema schema, List<CqlIdentifier> columns) {
    List<TableSchema.Column> typed = new ArrayList<>();
    for (TableSchema.Column column : schema.columns()) {
      boolean hasType = TypeText.parse(column.type()).isPresent();
      if (hasType) {
        typed.add(column);
      } else if (columns.isEmpty() || columns.contains(CqlIdentifier.fromInternal(column.name()))) {
        throw new UnsuitableTableException(
            display,
            String.format(
                "Table %s cannot be created: column %s has no CQL type %s; leave it out with %s",
                display,
                CqlIdentifier.fromInternal(column.name()).asCql(true),
                column.type(),
                Setting.COLUMNS.callWithValue()));
      }
    }
    return new TableSchema(
        schema.keyspace(), schema.table(), schema.primaryKey(), typed, schema.userTypes());
  }

  private TableSchema keyed(TableSchema schema, Optional<PrimaryKey> key) {
    if (key.isPresent()) {
      key.get()
          .missing(schema)
          .ifPresent(
              missing -> {
                throw new UnsuitableTableException(
                    display,
                    String.format(
                        "Table %s cannot be created: %s names %s, and the columns of the source"
                            + " are %s",
                        display, Setting.PRIMARY_KEY.mark(), missing, names(schema)));
              });
      return key.get().of(schema);
    } else if (schema.primaryKey().isEmpty()) {
      throw new UnsuitableTableException(
          display,
          String.format(
              "Table %s cannot be created: the source has no primary key; name columns of it with"
                  + " %s: %s",
              display, Setting.PRIMARY_KEY.callWithValue(), names(schema)));
    }
    return schema;
  }

  private static String names(TableSchema schema) {
    return schema.columns().stream()
        .map(column -> CqlIdentifier.fromInternal(column.name()).asCql(true))
        .collect(Collectors.joining(", "));
  }

  /** Names the columns with vectors if the cluster refused them because it is too old. */
  private void run(SchemaChange change, String cql, TableSchema schema) {
    try {
      change.run(cql);
    } catch (AlreadyExistsException e) {
      throw e;
    } catch (BulkOperationException e) {
      String old =
          NodeVersions.before(
              VECTORS_SINCE,
              session.getMetadata().getNodes().values().stream()
                  .map(Node::getCassandraVersion)
                  .toList());
      String vectors = vectors(schema);
      if (old.isEmpty() || vectors.isEmpty()) {
        throw e;
      }
      throw new UnsupportedClusterException(
          String.format(
              "Table %s cannot be created: the cluster (version %s) has no vectors, which takes"
                  + " Cassandra %d.0, and the source has %s; export without them",
              display, old, VECTORS_SINCE, vectors));
    }
  }

  /** The columns and fields of user-defined types with vectors, with their types. */
  private static String vectors(TableSchema schema) {
    Stream<String> columns =
        schema.columns().stream()
            .filter(column -> column.type().contains(VECTOR))
            .map(column -> TableDescription.quote(column.name()) + " " + column.type());
    Stream<String> fields =
        schema.userTypes().stream()
            .flatMap(
                type ->
                    type.fields().entrySet().stream()
                        .filter(field -> field.getValue().contains(VECTOR))
                        .map(
                            field ->
                                TableDescription.quote(type.name())
                                    + "."
                                    + TableDescription.quote(field.getKey())
                                    + " "
                                    + field.getValue()));
    return Stream.concat(columns, fields).collect(Collectors.joining(", "));
  }

  /** The table uses existing types, so their fields must be the same. */
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
                      "Table %s cannot be created: its type %s has the fields %s, but the"
                          + " keyspace has a type of that name with %s; create the table"
                          + " before the import",
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

  /** Runs schema changes one after another. */
  static final class SchemaChange {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 50;

    private final CqlSession session;
    private final RequestSettings requests;

    SchemaChange(CqlSession session, RequestSettings requests) {
      this.session = session;
      this.requests = requests;
    }

    /**
     * Runs the statement and waits until all nodes agree on the schema.
     *
     * @throws AlreadyExistsException if the table or type exists
     * @throws BulkOperationException if the cluster refuses the statement, or the nodes do not
     *     agree in time
     */
    void run(String cql) {
      try {
        session.execute(settled(SimpleStatement.newInstance(cql)));
      } catch (AlreadyExistsException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new BulkOperationException(
            String.format("The schema could not be changed (%s): %s", cql, Failures.describe(e)),
            e);
      }
      awaitAgreement();
    }

    /**
     * Waits until all nodes have the same schema, and refreshes the session's metadata. The
     * driver's own check asks one node, which reports agreement also before it has received the
     * change.
     *
     * @throws BulkOperationException if the nodes do not agree within a minute
     */
    void awaitAgreement() {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isAgreed()) {
        if (System.nanoTime() - deadline > 0) {
          throw new BulkOperationException(
              String.format(
                  "The nodes did not agree on the schema within %d s; wait until nodetool"
                      + " describecluster shows one schema version, and run the import again",
                  PATIENCE.toSeconds()));
        }
        pause();
      }
      session.refreshSchema();
    }

    /** With the driver's agreement check disabled, the session never reports agreement. */
    private boolean isAgreed() {
      boolean isChecked =
          !session
              .getContext()
              .getConfig()
              .getDefaultProfile()
              .getDuration(DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT)
              .isZero();
      return versions().size() <= 1 && (!isChecked || session.checkSchemaAgreement());
    }

    /** The schema versions of all nodes that the session can query. */
    private Set<UUID> versions() {
      Set<UUID> versions = new HashSet<>();
      for (Node node : session.getMetadata().getNodes().values()) {
        if (node.getDistance() != NodeDistance.IGNORED && node.getState() == NodeState.UP) {
          version(node).ifPresent(versions::add);
        }
      }
      return versions;
    }

    private Optional<UUID> version(Node node) {
      SimpleStatement question =
          SimpleStatement.newInstance("SELECT schema_version FROM system.local").setNode(node);
      try {
        @Nullable Row row = session.execute(settled(question)).one();
        return Optional.ofNullable(row).map(answer -> answer.getUuid(0));
      } catch (RuntimeException e) {
        if (Failures.isPassing(e)) {
          // A node that has just gone down does not count; the driver will notice it shortly.
          return Optional.empty();
        }
        throw Failures.notPassing(e, "Asking " + node.getEndPoint() + " for its schema");
      }
    }

    private SimpleStatement settled(SimpleStatement statement) {
      SimpleStatement timed = statement.setTimeout(requests.timeout()).setPageSize(1);
      return requests.executionProfile().map(timed::setExecutionProfileName).orElse(timed);
    }

    private static void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OperationCancelledException(
            "The import was cancelled while the table was created; no row was written",
            new ProgressMeter(0, 0, 0, Earlier.NOTHING).totals(0));
      }
    }
  }
}
