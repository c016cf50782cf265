package io.ringhaul.scylla;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import com.datastax.oss.driver.api.core.type.reflect.GenericType;
import com.datastax.oss.protocol.internal.ProtocolConstants.ErrorCode;
import com.datastax.oss.protocol.internal.response.Error;
import com.datastax.oss.protocol.internal.response.result.ColumnSpec;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.scylla.Tablet.Replica;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * ScyllaDB's system tables. The tables that Cassandra lacks are real tables of a keyspace of the
 * test cluster, with the columns of ScyllaDB 2026.2 except those of user-defined types. In the
 * tables that both have, some values are replaced.
 */
final class ScyllaSystem {

  /** The version of Cassandra that ScyllaDB reports. */
  static final String RELEASE_VERSION = "3.0.8";

  static final String SCYLLA_VERSION = "2025.4.1";

  private static final TupleType REPLICA = DataTypes.tupleOf(DataTypes.UUID, DataTypes.INT);
  private static final ListType REPLICAS = DataTypes.listOf(REPLICA);
  private static final TupleType ROUTING =
      DataTypes.tupleOf(DataTypes.BIGINT, DataTypes.BIGINT, REPLICAS);

  private static final Map<String, String> OWN_TABLES =
      Map.of(
          "tablets", "system",
          "tablet_sizes", "system",
          "truncated", "system",
          "versions", "system",
          "topology", "system",
          "scylla_keyspaces", "system_schema",
          "scylla_tables", "system_schema");

  /** Keyspaces of Cassandra that ScyllaDB does not have. */
  private static final Set<String> UNKNOWN_KEYSPACES =
      Set.of("system_views", "system_virtual_schema");

  /** Tables of Cassandra that ScyllaDB does not have. */
  private static final Set<String> UNKNOWN_TABLES = Set.of("peers_v2", "column_masks");

  private record TableName(@Nullable String keyspace, @Nullable String table) {}

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(TestCluster.get().nodes());
  private final Map<TableName, NavigableMap<Long, Tablet>> tablets = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> replications = new ConcurrentHashMap<>();
  private final AtomicLong lastTimestamp = new AtomicLong();
  private volatile @Nullable UnaryOperator<List<List<@Nullable ByteBuffer>>> tabletAnswers;

  ScyllaSystem(int shards) {
    TestCluster.define(
        List.of(
            create(
                "tablets",
                "table_id uuid, last_token bigint, tablet_count int static,"
                    + " keyspace_name text static, table_name text static,"
                    + " replicas list<frozen<tuple<uuid, int>>>,"
                    + " new_replicas list<frozen<tuple<uuid, int>>>,"
                    + " stage text, transition text, session uuid, resize_type text static,"
                    + " resize_seq_number bigint static,"
                    + " isolated_tablet_for_merge bigint static,"
                    + " selected_tablets_for_merge list<bigint> static,"
                    + " target_pow2_tablet_count bigint static, repair_time timestamp,"
                    + " sstables_repaired_at bigint, repair_incremental_mode text,"
                    + " base_table uuid static, snapshot_name text,"
                    + " PRIMARY KEY (table_id, last_token)"),
            create(
                "tablet_sizes",
                "table_id uuid, last_token bigint, replicas frozen<map<uuid, bigint>>,"
                    + " missing_replicas frozen<set<uuid>>, PRIMARY KEY (table_id, last_token)"),
            create(
                "truncated",
                "table_uuid uuid, shard int, position int, segment_id bigint,"
                    + " truncated_at timestamp static, PRIMARY KEY (table_uuid, shard)"),
            create(
                "versions", "key text PRIMARY KEY, version text, build_mode text, build_id text"),
            create(
                "topology",
                "key text, host_id uuid, datacenter text, rack text, tokens set<text>,"
                    + " node_state text, release_version text, num_tokens int, shard_count int,"
                    + " ignore_msb int, version bigint static, PRIMARY KEY (key, host_id)"),
            create(
                "scylla_keyspaces",
                "keyspace_name text PRIMARY KEY, storage_type text,"
                    + " storage_options map<text, text>, initial_tablets int, consistency text"),
            create(
                "scylla_tables",
                "keyspace_name text, table_name text, version uuid, cdc map<text, text>,"
                    + " partitioner text, in_memory boolean, committed_by_group0 boolean,"
                    + " tablets map<text, text>, storage_engine text,"
                    + " PRIMARY KEY (keyspace_name, table_name)")));
    write(
        "INSERT INTO %s.versions (key, version, build_mode) VALUES ('local', ?, 'release')",
        SCYLLA_VERSION);
    shards(shards);
  }

  /** Sets the number of shards that each node has according to {@code system.topology}. */
  void shards(int each) {
    for (Node node : session.getMetadata().getNodes().values()) {
      write(
          "INSERT INTO %s.topology (key, host_id, datacenter, rack, node_state, release_version,"
              + " shard_count, ignore_msb, version)"
              + " VALUES ('topology', ?, ?, ?, 'normal', ?, ?, 12, 1)",
          node.getHostId(), node.getDatacenter(), node.getRack(), RELEASE_VERSION, each);
    }
  }

  private String create(String table, String columns) {
    return "CREATE TABLE " + keyspace + "." + table + " (" + columns + ")";
  }

  private void write(String cql, @Nullable Object... values) {
    session.execute(
        SimpleStatement.newInstance(String.format(cql, keyspace), values)
            .setConsistencyLevel(ConsistencyLevel.ALL));
  }

  /** Replaces the tablets of a table in one step, as ScyllaDB does. */
  void tablets(String ks, String table, List<Tablet> list, Map<String, ?> statics) {
    UUID id = tableId(ks, table);
    long timestamp =
        lastTimestamp.updateAndGet(last -> Math.max(last + 2, System.currentTimeMillis() * 1_000));
    BatchStatementBuilder batch =
        new BatchStatementBuilder(BatchType.UNLOGGED).setConsistencyLevel(ConsistencyLevel.ALL);
    String at = " USING TIMESTAMP " + timestamp;
    batch.addStatement(
        statement(
            "DELETE FROM %s.tablets USING TIMESTAMP " + (timestamp - 1) + " WHERE table_id = ?",
            id));
    batch.addStatement(
        statement(
            "INSERT INTO %s.tablets (table_id, keyspace_name, table_name, tablet_count,"
                + " resize_type, resize_seq_number) VALUES (?, ?, ?, ?, 'none', 0)"
                + at,
            id,
            ks,
            table,
            list.isEmpty() ? null : list.size()));
    // Of two values with one timestamp the larger one would win.
    statics.forEach(
        (column, value) ->
            batch.addStatement(
                statement(
                    "UPDATE %s.tablets USING TIMESTAMP "
                        + (timestamp + 1)
                        + " SET "
                        + column
                        + " = ? WHERE table_id = ?",
                    value,
                    id)));
    for (Tablet tablet : list) {
      batch.addStatement(
          statement(
              "INSERT INTO %s.tablets (table_id, last_token, replicas, new_replicas, stage,"
                  + " transition) VALUES (?, ?, ?, ?, ?, ?)"
                  + at,
              id,
              tablet.lastToken(),
              replicas(tablet.replicas()),
              replicas(tablet.newReplicas()),
              tablet.stage(),
              tablet.transition()));
    }
    session.execute(batch.build());
    write("INSERT INTO %s.scylla_keyspaces (keyspace_name, initial_tablets) VALUES (?, 0)", ks);
    NavigableMap<Long, Tablet> ring = new TreeMap<>();
    list.forEach(tablet -> ring.put(tablet.lastToken(), tablet));
    tablets.put(new TableName(ks, table), ring);
  }

  /** Sets the sizes of a tablet's replicas. */
  void tabletSizes(String ks, String table, long lastToken, Map<UUID, Long> sizes) {
    write(
        "INSERT INTO %s.tablet_sizes (table_id, last_token, replicas) VALUES (?, ?, ?)",
        tableId(ks, table), lastToken, sizes);
  }

  /** Records a truncation of a table. */
  void truncated(String ks, String table, Instant time) {
    write(
        "INSERT INTO %s.truncated (table_uuid, shard, position, segment_id, truncated_at)"
            + " VALUES (?, 0, 1, 2, ?)",
        tableId(ks, table), time);
  }

  /** Removes the tablets of a table, which is then on vnodes. */
  void removeTablets(String ks, String table) {
    write("DELETE FROM %s.tablets WHERE table_id = ?", tableId(ks, table));
    tablets.remove(new TableName(ks, table));
  }

  private SimpleStatement statement(String cql, @Nullable Object... values) {
    return SimpleStatement.newInstance(String.format(cql, keyspace), values);
  }

  private static @Nullable List<TupleValue> replicas(@Nullable List<Replica> replicas) {
    return replicas == null
        ? null
        : replicas.stream()
            .map(replica -> REPLICA.newValue(replica.host(), replica.shard()))
            .toList();
  }

  UUID tableId(String ks, String table) {
    KeyspaceMetadata description = session.getMetadata().getKeyspace(ks).orElseThrow();
    return description
        .getTable(table)
        .<RelationMetadata>map(found -> found)
        .or(() -> description.getView(table))
        .flatMap(RelationMetadata::getId)
        .orElseThrow(() -> new IllegalArgumentException("No table " + ks + "." + table));
  }

  void replication(String ks, Map<String, String> replication) {
    replications.put(ks, Map.copyOf(replication));
  }

  void keepReplication(String ks) {
    replications.remove(ks);
  }

  void tabletAnswers(@Nullable UnaryOperator<List<List<@Nullable ByteBuffer>>> change) {
    tabletAnswers = change;
  }

  /** Returns the statement for Cassandra. */
  String forCassandra(ScyllaStatement statement) {
    return isOwnTable(statement) ? statement.onKeyspace(keyspace) : statement.stripped();
  }

  private static boolean isOwnTable(ScyllaStatement statement) {
    return statement.keyspace() != null
        && statement.table() != null
        && statement.keyspace().equals(OWN_TABLES.get(statement.table()));
  }

  /** Returns ScyllaDB's error for a statement on a table that only Cassandra has; else null. */
  static @Nullable Error refusal(ScyllaStatement statement) {
    String ks = statement.keyspace();
    if (ks == null || statement.table() == null) {
      return null;
    }
    if (UNKNOWN_KEYSPACES.contains(ks)) {
      return new Error(ErrorCode.INVALID, "Keyspace " + ks + " does not exist");
    }
    if (ks.startsWith("system") && UNKNOWN_TABLES.contains(statement.table())) {
      return new Error(ErrorCode.INVALID, "unconfigured table " + statement.table());
    }
    return null;
  }

  /** Returns true if the rows of a table are not those of Cassandra. */
  static boolean changes(ScyllaStatement statement) {
    return isOwnTable(statement)
        || statement.isOn("system", "local")
        || statement.isOn("system", "peers")
        || statement.isOn("system_schema", "keyspaces");
  }

  /** Names a column of a table that only ScyllaDB has as ScyllaDB does. */
  static ColumnSpec column(ScyllaStatement statement, ColumnSpec column) {
    return isOwnTable(statement)
        ? new ColumnSpec(
            Objects.requireNonNull(statement.keyspace()),
            column.tableName,
            column.name,
            column.index,
            column.type)
        : column;
  }

  /**
   * Replaces values in rows of Cassandra.
   *
   * @param proxies the addresses of the proxies, by the addresses of their nodes
   */
  Queue<List<ByteBuffer>> rows(
      ScyllaStatement statement,
      List<ColumnSpec> columns,
      Queue<List<ByteBuffer>> rows,
      Map<InetAddress, InetAddress> proxies) {
    UnaryOperator<List<List<@Nullable ByteBuffer>>> change = tabletAnswers;
    if (statement.isOn("system", "tablets")) {
      return change == null ? rows : new ArrayDeque<>(change.apply(new ArrayList<>(rows)));
    }
    if (isOwnTable(statement)) {
      return rows;
    }
    List<String> names = columns.stream().map(column -> column.name).toList();
    Queue<List<ByteBuffer>> changed = new ArrayDeque<>();
    for (List<ByteBuffer> row : rows) {
      ByteBuffer[] values = row.toArray(new ByteBuffer[0]);
      for (int i = 0; i < values.length; i++) {
        if (values[i] != null) {
          values[i] = value(names, i, row, proxies);
        }
      }
      changed.add(Arrays.asList(values));
    }
    return changed;
  }

  private ByteBuffer value(
      List<String> names, int index, List<ByteBuffer> row, Map<InetAddress, InetAddress> proxies) {
    ByteBuffer value = row.get(index);
    return switch (names.get(index)) {
      case "rpc_address" -> {
        InetAddress address = TypeCodecs.INET.decode(value, ProtocolVersion.V4);
        yield encoded(
            TypeCodecs.INET.encode(proxies.getOrDefault(address, address), ProtocolVersion.V4));
      }
      case "release_version" -> text(RELEASE_VERSION);
      case "cql_version" -> text("3.3.1");
      case "native_protocol_version" -> text("4");
      case "replication" -> {
        int at = names.indexOf("keyspace_name");
        Map<String, String> map =
            at < 0
                ? null
                : replications.get(TypeCodecs.TEXT.decode(row.get(at), ProtocolVersion.V4));
        yield map == null
            ? value
            : encoded(
                TypeCodecs.mapOf(TypeCodecs.TEXT, TypeCodecs.TEXT).encode(map, ProtocolVersion.V4));
      }
      default -> value;
    };
  }

  private static ByteBuffer text(String value) {
    return encoded(TypeCodecs.TEXT.encode(value, ProtocolVersion.V4));
  }

  private static ByteBuffer encoded(@Nullable ByteBuffer bytes) {
    return Objects.requireNonNull(bytes);
  }

  /**
   * Returns the payload {@code tablets-routing-v1} for a request on one partition; null if the
   * table has no tablets or the shard holds the tablet, now or after its transition.
   */
  @Nullable ByteBuffer routing(
      @Nullable String ks, @Nullable String table, ByteBuffer[] key, Replica coordinator) {
    NavigableMap<Long, Tablet> ring = tablets.get(new TableName(ks, table));
    if (ring == null || ring.isEmpty()) {
      return null;
    }
    TokenMap tokens = session.getMetadata().getTokenMap().orElseThrow();
    long token = Long.parseLong(tokens.format(tokens.newToken(key)));
    Map.Entry<Long, Tablet> entry = ring.ceilingEntry(token);
    Tablet tablet = (entry == null ? ring.firstEntry() : entry).getValue();
    Set<Replica> holders = new HashSet<>();
    List<Replica> replicas = tablet.replicas() == null ? List.of() : tablet.replicas();
    holders.addAll(replicas);
    if (tablet.newReplicas() != null) {
      holders.addAll(tablet.newReplicas());
    }
    if (holders.contains(coordinator)) {
      return null;
    }
    Long before = ring.lowerKey(tablet.lastToken());
    TupleValue payload =
        ROUTING
            .newValue()
            .setLong(0, before == null ? Long.MIN_VALUE : before)
            .setLong(1, tablet.lastToken())
            .setList(2, Objects.requireNonNull(replicas(replicas)), TupleValue.class);
    return CodecRegistry.DEFAULT
        .codecFor(ROUTING, GenericType.TUPLE_VALUE)
        .encode(payload, ProtocolVersion.V4);
  }
}
