package io.ringhaul.scylla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.servererrors.InvalidConfigurationInQueryException;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import com.datastax.oss.driver.api.core.servererrors.ReadFailureException;
import com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.SyntaxError;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.datastax.oss.protocol.internal.Frame;
import com.datastax.oss.protocol.internal.request.Execute;
import com.datastax.oss.protocol.internal.request.Options;
import com.datastax.oss.protocol.internal.request.Prepare;
import com.datastax.oss.protocol.internal.request.query.QueryOptions;
import com.datastax.oss.protocol.internal.response.Error;
import com.datastax.oss.protocol.internal.response.result.Prepared;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.scylla.ProxyRequest.Kind;
import io.ringhaul.scylla.ScyllaProxy.Routing;
import io.ringhaul.scylla.Tablet.Replica;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The {@link ScyllaContract} and the features of the proxy that tests of ScyllaDB use. */
@ClusterTest
@Topology
class ScyllaProxyIT extends ScyllaContract {

  private static final int TABLETS = 8;

  private final ScyllaProxy proxy = ScyllaProxy.open();
  private final CqlSession session = proxy.newSession();

  @Override
  CqlSession session() {
    return session;
  }

  @Override
  void placeOnTablets(String keyspace, String table) {
    TestCluster.session().refreshSchema();
    proxy.tablets(keyspace, table, Tablet.evenly(TABLETS, proxy.nodes(), 1, 2));
  }

  @Override
  void close() {
    session.close();
    proxy.close();
  }

  @AfterEach
  void resetProxy() {
    proxy.heal();
    proxy.keepTabletRows();
    proxy.routing(Routing.NEGOTIATED);
    proxy.emptyPages(keyspace(), "t", 0);
    proxy.forget();
  }

  @Test
  void driverDiscoversTheNodesOfTheProxyOnly() {
    assertThat(addresses(session))
        .containsExactlyInAnyOrderElementsOf(proxy.contactPoints())
        .allSatisfy(
            address -> assertThat(address.getAddress().getHostAddress()).startsWith("127.0.1."));
    assertThat(session.getMetadata().getNodes().keySet())
        .isEqualTo(TestCluster.session().getMetadata().getNodes().keySet())
        .isEqualTo(Set.copyOf(proxy.nodes()));
    TokenMap tokens = session.getMetadata().getTokenMap().orElseThrow();
    assertThat(tokens.getTokenRanges())
        .isEqualTo(
            TestCluster.session().getMetadata().getTokenMap().orElseThrow().getTokenRanges());
  }

  private static List<InetSocketAddress> addresses(CqlSession session) {
    return session.getMetadata().getNodes().values().stream()
        .map(node -> (InetSocketAddress) node.getEndPoint().resolve())
        .toList();
  }

  @Test
  void refusesVersion5OfTheProtocol() throws IOException {
    try (RawConnection connection = new RawConnection(proxy.contactPoints().get(0))) {
      Frame answer = connection.ask(5, Options.INSTANCE);
      assertThat(answer.protocolVersion).isEqualTo(4);
      assertThat(((Error) answer.message).message)
          .isEqualTo("Invalid or unsupported protocol version: 5");
    }
  }

  @Test
  void eachConnectionHasAShard() throws IOException {
    InetSocketAddress node = proxy.contactPoints().get(0);
    List<@Nullable List<String>> shards = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      shards.add(RawConnection.supported(node).get("SCYLLA_SHARD"));
    }
    assertThat(shards).containsExactlyInAnyOrder(List.of("0"), List.of("1"));
  }

  @Test
  void tabletsChangeWhileTheyAreRead() {
    SimpleStatement query =
        SimpleStatement.newInstance(
                "SELECT * FROM system.tablets WHERE table_id = ?", tableId("clone"))
            .setPageSize(3);
    assertThat(lastTokens(session.execute(query))).hasSize(TABLETS);
    PreparedStatement prepared =
        session.prepare("SELECT last_token, replicas FROM system.tablets WHERE table_id = ?");
    assertThat(prepared.getResultSetDefinitions().get(0).getKeyspace().asInternal())
        .isEqualTo("system");
    List<Tablet> few = Tablet.evenly(3, proxy.nodes(), 2, 2);
    proxy.tablets(keyspace(), "clone", few);
    List<Row> rows = session.execute(prepared.bind(tableId("clone")).setPageSize(2)).all();
    assertThat(rows)
        .extracting(row -> row.getLong("last_token"))
        .isEqualTo(few.stream().map(Tablet::lastToken).toList());
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.getList("replicas", TupleValue.class)).hasSize(2));
    ResultSet pages = session.execute(query.setPageSize(2));
    assertThat(pages.getAvailableWithoutFetching()).isEqualTo(2);
    proxy.tablets(keyspace(), "clone", Tablet.evenly(TABLETS, proxy.nodes(), 1, 2));
    assertThat(lastTokens(pages)).hasSizeGreaterThan(3).isSorted();
  }

  private static List<Long> lastTokens(ResultSet rows) {
    return rows.all().stream().map(row -> row.getLong("last_token")).toList();
  }

  @Test
  void tabletsCanBeInTransitionAndShared() {
    Replica from = new Replica(proxy.nodes().get(0), 0);
    Replica to = new Replica(proxy.nodes().get(1), 1);
    proxy.tablets(
        keyspace(),
        "clone",
        List.of(new Tablet(Long.MAX_VALUE, List.of(from)).movingTo(List.of(to))));
    Row moving = tablet("clone");
    assertThat(replicas(moving, "replicas")).containsExactly(from);
    assertThat(replicas(moving, "new_replicas")).containsExactly(to);
    assertThat(moving.getString("stage")).isEqualTo("streaming");
    proxy.tablets(keyspace(), "clone", List.of(), Map.of("base_table", tableId("t")));
    Row shared = tablet("clone");
    assertThat(shared.getUuid("base_table")).isEqualTo(tableId("t"));
    assertThat(shared.isNull("last_token")).isTrue();
    proxy.removeTablets(keyspace(), "clone");
    assertThat(session.execute("SELECT * FROM system.tablets WHERE table_id = ?", tableId("clone")))
        .isEmpty();
    placeOnTablets(keyspace(), "clone");
  }

  private Row tablet(String table) {
    List<Row> rows =
        session.execute("SELECT * FROM system.tablets WHERE table_id = ?", tableId(table)).all();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static List<Replica> replicas(Row row, String column) {
    return Objects.requireNonNull(row.getList(column, TupleValue.class)).stream()
        .map(tuple -> new Replica(Objects.requireNonNull(tuple.getUuid(0)), tuple.getInt(1)))
        .toList();
  }

  @Test
  void tabletRowsCanBeNonsense() {
    proxy.changeTabletRows(
        rows -> {
          List<List<@Nullable ByteBuffer>> changed = new ArrayList<>();
          for (List<@Nullable ByteBuffer> row : rows) {
            List<@Nullable ByteBuffer> withoutReplicas = new ArrayList<>(row);
            withoutReplicas.set(1, null);
            changed.add(withoutReplicas);
            changed.add(row);
          }
          return changed;
        });
    List<Row> rows =
        session
            .execute(
                "SELECT last_token, replicas FROM system.tablets WHERE table_id = ?", tableId("t"))
            .all();
    assertThat(rows).hasSize(2 * TABLETS);
    assertThat(rows.get(0).isNull("replicas")).isTrue();
    assertThat(rows.get(1).isNull("replicas")).isFalse();
  }

  @Test
  void tablesThatOnlyCassandraHasAreUnknown() {
    assertThatThrownBy(() -> session.execute("SELECT * FROM system_views.settings"))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessage("Keyspace system_views does not exist");
    assertThatThrownBy(() -> session.execute("SELECT * FROM system.peers_v2"))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessage("unconfigured table peers_v2");
  }

  @Test
  void extensionsAreRecordedAndStripped() {
    String table = keyspace() + ".t";
    proxy.forget();
    session.execute("SELECT v FROM " + table + " WHERE id = 1 BYPASS CACHE");
    PreparedStatement plain = session.prepare("SELECT v FROM " + table + " WHERE id = ?");
    PreparedStatement bypassing =
        session.prepare("SELECT v FROM " + table + " WHERE id = ? BYPASS CACHE USING TIMEOUT 3s");
    session.execute(plain.bind(2));
    session.execute(bypassing.bind(3));
    session.execute(
        session
            .prepare("INSERT INTO " + table + " (id, v) VALUES (?, ?) USING TTL ? AND TIMEOUT 50ms")
            .bind(4, "v4", 0));
    assertThat(proxy.requests(keyspace(), "t"))
        .extracting(ProxyRequest::kind, ProxyRequest::bypassesCache, ProxyRequest::timeout)
        .containsExactly(
            tuple(Kind.QUERY, true, null),
            tuple(Kind.EXECUTE, false, null),
            tuple(Kind.EXECUTE, true, "3s"),
            tuple(Kind.EXECUTE, false, "50ms"));
    assertThat(proxy.requests(keyspace(), "t").get(2).values())
        .containsExactly(TypeCodecs.INT.encode(3, ProtocolVersion.V4));
    assertThatThrownBy(
            () ->
                session.execute(
                    "SELECT v FROM " + table + " WHERE id = 1 USING TIMEOUT 1s BYPASS CACHE"))
        .isInstanceOf(SyntaxError.class);
  }

  @Test
  void requestsTellTheirCoordinator() {
    PreparedStatement prepared =
        session.prepare(
            "SELECT id FROM " + keyspace() + ".t WHERE token(id) > ? AND token(id) <= ?");
    proxy.forget();
    long token = 0;
    for (UUID node : proxy.nodes()) {
      session.execute(
          prepared
              .bind()
              .setLong(0, token)
              .setLong(1, token + 1)
              .setNode(session.getMetadata().getNodes().get(node)));
      token++;
    }
    assertThat(proxy.requests(keyspace(), "t"))
        .extracting(ProxyRequest::node)
        .isEqualTo(proxy.nodes());
    assertThat(proxy.requests(keyspace(), "t").get(2).values())
        .containsExactly(
            TypeCodecs.BIGINT.encode(2L, ProtocolVersion.V4),
            TypeCodecs.BIGINT.encode(3L, ProtocolVersion.V4));
  }

  @Test
  void answersOfOtherNodesTellTheTablet() {
    proxy.routing(Routing.ALWAYS);
    PreparedStatement prepared = session.prepare("SELECT v FROM " + keyspace() + ".t WHERE id = ?");
    List<Tablet> tablets = Tablet.evenly(TABLETS, proxy.nodes(), 1, 2);
    TokenMap tokens = session.getMetadata().getTokenMap().orElseThrow();
    for (int id = 0; id < 50; id++) {
      long token =
          Long.parseLong(
              tokens.format(tokens.newToken(TypeCodecs.INT.encode(id, ProtocolVersion.V4))));
      int at = (int) tablets.stream().filter(tablet -> tablet.lastToken() < token).count();
      Tablet tablet = tablets.get(at);
      Replica replica = Objects.requireNonNull(tablet.replicas()).get(0);
      for (Node node : session.getMetadata().getNodes().values()) {
        proxy.forget();
        Map<String, ByteBuffer> payload =
            session
                .execute(prepared.bind(id).setNode(node))
                .getExecutionInfo()
                .getIncomingPayload();
        ProxyRequest request = proxy.requests(keyspace(), "t").get(0);
        if (replica.equals(new Replica(request.node(), request.shard()))) {
          assertThat(payload).isEmpty();
        } else {
          TupleValue routing = routing(payload);
          assertThat(routing.getLong(0))
              .isEqualTo(at == 0 ? Long.MIN_VALUE : tablets.get(at - 1).lastToken());
          assertThat(routing.getLong(1)).isEqualTo(tablet.lastToken());
          TupleValue told = Objects.requireNonNull(routing.getList(2, TupleValue.class)).get(0);
          assertThat(told.getUuid(0)).isEqualTo(replica.host());
          assertThat(told.getInt(1)).isEqualTo(replica.shard());
        }
      }
    }
    proxy.routing(Routing.NEVER);
    assertThat(session.execute(prepared.bind(1)).getExecutionInfo().getIncomingPayload()).isEmpty();
  }

  private static TupleValue routing(Map<String, ByteBuffer> payload) {
    assertThat(payload).containsOnlyKeys("tablets-routing-v1");
    return Objects.requireNonNull(
        TypeCodecs.tupleOf(
                DataTypes.tupleOf(
                    DataTypes.BIGINT,
                    DataTypes.BIGINT,
                    DataTypes.listOf(DataTypes.tupleOf(DataTypes.UUID, DataTypes.INT))))
            .decode(payload.get("tablets-routing-v1"), ProtocolVersion.V4));
  }

  @Test
  void tabletRoutingIsNegotiated() throws IOException {
    proxy.tablets(
        keyspace(),
        "clone",
        List.of(new Tablet(Long.MAX_VALUE, List.of(new Replica(proxy.nodes().get(1), 0)))));
    InetSocketAddress other = proxy.contactPoints().get(0);
    try (RawConnection with = RawConnection.open(other, Map.of("TABLETS_ROUTING_V1", ""));
        RawConnection without = RawConnection.open(other, Map.of())) {
      assertThat(ask(with).customPayload).containsOnlyKeys("tablets-routing-v1");
      assertThat(ask(without).customPayload).isEmpty();
    }
    assertThat(proxy.startups()).anyMatch(options -> options.containsKey("TABLETS_ROUTING_V1"));
    placeOnTablets(keyspace(), "clone");
  }

  private Frame ask(RawConnection connection) throws IOException {
    Prepared prepared =
        (Prepared)
            connection.ask(new Prepare("SELECT v FROM " + keyspace() + ".clone WHERE id = ?"))
                .message;
    QueryOptions options =
        new QueryOptions(
            DefaultConsistencyLevel.ONE.getProtocolCode(),
            List.of(Objects.requireNonNull(TypeCodecs.INT.encode(1, ProtocolVersion.V4))),
            Map.of(),
            true,
            100,
            null,
            DefaultConsistencyLevel.SERIAL.getProtocolCode(),
            QueryOptions.NO_DEFAULT_TIMESTAMP,
            null,
            QueryOptions.NO_NOW_IN_SECONDS);
    return connection.ask(new Execute(prepared.preparedQueryId, options));
  }

  @Test
  void emptyPagesPrecedePages() {
    SimpleStatement query =
        SimpleStatement.newInstance("SELECT id FROM " + keyspace() + ".t").setPageSize(500);
    proxy.emptyPages(keyspace(), "t", 1);
    AsyncResultSet first = session.executeAsync(query).toCompletableFuture().join();
    assertThat(first.currentPage()).isEmpty();
    assertThat(first.hasMorePages()).isTrue();
    assertThat(ids(session.executeAsync(query))).hasSize(ROWS);
    assertThat(ids(session.executeAsync(session.prepare(query).bind()))).hasSize(ROWS);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      proxy.emptyPages(keyspace(), "t", 3);
      assertThat(
              operator
                  .export(keyspace(), "t")
                  .pageSize(50)
                  .to(CsvTarget.folder(folder()))
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
    }
  }

  /** Page by page: the driver's ResultSet ends at an empty page, although more pages follow. */
  private static List<Integer> ids(CompletionStage<AsyncResultSet> pages) {
    List<Integer> ids = new ArrayList<>();
    AsyncResultSet page = pages.toCompletableFuture().join();
    while (true) {
      page.currentPage().forEach(row -> ids.add(row.getInt(0)));
      if (!page.hasMorePages()) {
        assertThat(ids).doesNotHaveDuplicates();
        return ids;
      }
      page = page.fetchNextPage().toCompletableFuture().join();
    }
  }

  @Test
  void requestsFailAsTheTestWants() {
    SimpleStatement read =
        SimpleStatement.newInstance("SELECT v FROM " + keyspace() + ".t WHERE id = 5");
    SimpleStatement write =
        SimpleStatement.newInstance("INSERT INTO " + keyspace() + ".t (id, v) VALUES (5, 'v5')");
    proxy.failNth(keyspace(), "t", 2, ScyllaErrors.overloaded());
    assertThat(session.execute(read).one()).isNotNull();
    assertThatThrownBy(() -> session.execute(read)).isInstanceOf(OverloadedException.class);
    assertThat(session.execute(read).one()).isNotNull();
    assertFails(read, ScyllaErrors.readTimeout(keyspace(), "t"), ReadTimeoutException.class);
    assertFails(read, ScyllaErrors.readFailure(keyspace(), "t"), ReadFailureException.class);
    assertFails(
        read, ScyllaErrors.rateLimit(keyspace(), "t"), InvalidConfigurationInQueryException.class);
    assertFails(write, ScyllaErrors.writeTimeout(keyspace(), "t"), WriteTimeoutException.class);
    assertFails(read, ScyllaErrors.unavailable(), UnavailableException.class);
  }

  private void assertFails(
      SimpleStatement statement, Error error, Class<? extends Exception> expected) {
    proxy.fail(request -> request.runsOn(keyspace(), "t"), error);
    assertThatThrownBy(() -> session.execute(statement))
        .isInstanceOf(expected)
        .hasMessageContaining(
            expected == ReadTimeoutException.class
                    || expected == WriteTimeoutException.class
                    || expected == ReadFailureException.class
                    || expected == UnavailableException.class
                ? "LOCAL_QUORUM"
                : error.message);
    proxy.heal();
  }

  @Test
  void nodesStopAndStart() {
    UUID stopped = proxy.nodes().get(2);
    Node node = Objects.requireNonNull(session.getMetadata().getNodes().get(stopped));
    proxy.stop(stopped);
    await(() -> node.getState() == NodeState.DOWN);
    assertThatThrownBy(
            () ->
                session.execute(
                    SimpleStatement.newInstance("SELECT key FROM system.local").setNode(node)))
        .isInstanceOf(AllNodesFailedException.class);
    proxy.forget();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.count(keyspace(), "t").execute().rows()).isEqualTo(ROWS);
    }
    assertThat(proxy.requests(keyspace(), "t"))
        .isNotEmpty()
        .noneMatch(request -> request.node().equals(stopped));
    proxy.start(stopped);
    await(() -> node.getState() == NodeState.UP);
    await(
        () ->
            session
                    .execute(
                        SimpleStatement.newInstance("SELECT key FROM system.local").setNode(node))
                    .one()
                != null);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (AllNodesFailedException e) {
      return false;
    }
  }

  @Test
  void replicationCanBeAListOfRacks() {
    proxy.replication(
        keyspace(),
        Map.of("class", "org.apache.cassandra.locator.NetworkTopologyStrategy", "dc1:0", "rack1"));
    try (CqlSession own = proxy.newSession()) {
      assertThat(own.getMetadata().getKeyspace(keyspace()).orElseThrow().getReplication())
          .containsEntry("dc1:0", "rack1");
      assertThat(own.execute("SELECT count(*) FROM " + keyspace() + ".t").one())
          .extracting(row -> row.getLong(0))
          .isEqualTo((long) ROWS);
    } finally {
      proxy.keepReplication(keyspace());
    }
  }
}
