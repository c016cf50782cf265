package io.ringhaul.scylla;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.protocol.internal.response.Error;
import com.datastax.oss.protocol.internal.response.event.StatusChangeEvent;
import com.datastax.oss.protocol.internal.response.result.ColumnSpec;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringhaul.cluster.TestCluster;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A CQL proxy that presents the {@link TestCluster} as ScyllaDB. Node N listens on 127.0.1.N, port
 * 9042, and forwards to the Cassandra node with the N-th address. A driver that connects to the
 * proxy discovers the proxy's nodes only.
 *
 * <p>As ScyllaDB does, the proxy speaks version 4 of the native protocol and below, offers its
 * extensions in SUPPORTED, has the system tables of {@link ScyllaSystem}, and accepts {@code BYPASS
 * CACHE} and {@code USING TIMEOUT} with a literal duration. Rows and the replicas that really hold
 * them are Cassandra's: with consistency level ONE, each node answers for each row.
 *
 * <p>Settings take effect at once, also while a job runs. Only one proxy can be open at a time.
 */
public final class ScyllaProxy implements AutoCloseable {

  /** When answers carry the payload {@code tablets-routing-v1}. */
  public enum Routing {
    NEVER,

    /** As ScyllaDB: if the client's STARTUP asks for it. */
    NEGOTIATED,
    ALWAYS
  }

  static final int PORT = 9042;

  /** A statement that a client prepared, by the id that the client knows. */
  @SuppressWarnings("ArrayRecordComponent")
  record Prepared(
      ScyllaStatement statement,
      ByteBuffer realId,
      List<Integer> keyIndices,
      List<ColumnSpec> columns) {}

  private record Failure(Predicate<ProxyRequest> requests, Error error) {}

  private record TableName(String keyspace, String table) {}

  private static final class EmptyPages {
    final int every;
    final AtomicInteger pages = new AtomicInteger();

    EmptyPages(int every) {
      this.every = every;
    }
  }

  private final int shards;
  private final NioEventLoopGroup threads =
      new NioEventLoopGroup(2, new DefaultThreadFactory("scylla-proxy", true));
  private final ScyllaSystem system;
  private final List<ProxyNode> nodes = new ArrayList<>();
  private final Map<InetAddress, InetAddress> proxies = new ConcurrentHashMap<>();
  private final Map<ByteBuffer, Prepared> prepared = new ConcurrentHashMap<>();
  private final Queue<ProxyRequest> requests = new ConcurrentLinkedQueue<>();
  private final Queue<Map<String, String>> startups = new ConcurrentLinkedQueue<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final Map<TableName, EmptyPages> emptyPages = new ConcurrentHashMap<>();
  private volatile Routing routing = Routing.NEGOTIATED;

  private ScyllaProxy(int shards) {
    this.shards = shards;
    this.system = new ScyllaSystem(shards);
  }

  /** Opens a proxy whose nodes have two shards each. */
  public static ScyllaProxy open() {
    return open(2);
  }

  /** Opens a proxy for all nodes of the test cluster. */
  public static ScyllaProxy open(int shards) {
    ScyllaProxy proxy = new ScyllaProxy(shards);
    try {
      List<Node> real =
          TestCluster.session().getMetadata().getNodes().values().stream()
              .sorted(Comparator.comparing(node -> address(node).getAddress().getHostAddress()))
              .toList();
      for (Node node : real) {
        InetAddress listening =
            InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (proxy.nodes.size() + 1)});
        proxy.proxies.put(address(node).getAddress(), listening);
        proxy.nodes.add(
            proxy
            .new ProxyNode(
                Objects.requireNonNull(node.getHostId()),
                address(node),
                new InetSocketAddress(listening, PORT)));
      }
      proxy.nodes.forEach(ProxyNode::listen);
      return proxy;
    } catch (UnknownHostException | RuntimeException e) {
      proxy.close();
      throw new IllegalStateException("The proxy cannot listen on 127.0.1.N:" + PORT, e);
    }
  }

  private static InetSocketAddress address(Node node) {
    return (InetSocketAddress) node.getEndPoint().resolve();
  }

  /** Returns the host ids of the nodes, in the order of their addresses. */
  public List<UUID> nodes() {
    return nodes.stream().map(node -> node.hostId).toList();
  }

  /** Returns the addresses to connect to, in the order of {@link #nodes()}. */
  public List<InetSocketAddress> contactPoints() {
    return nodes.stream().map(node -> node.listening).toList();
  }

  /** Opens a session through the proxy, which the caller closes. */
  public CqlSession newSession() {
    return newSession(settings -> {}, builder -> builder);
  }

  /** Opens a session through the proxy with additional settings; the caller closes it. */
  public CqlSession newSession(
      Consumer<ProgrammaticDriverConfigLoaderBuilder> settings,
      UnaryOperator<CqlSessionBuilder> change) {
    ProgrammaticDriverConfigLoaderBuilder config =
        DriverConfigLoader.programmaticBuilder()
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
            .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(50))
            .withDuration(
                DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT, Duration.ofSeconds(30))
            .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200));
    settings.accept(config);
    return change
        .apply(
            CqlSession.builder()
                .addContactPoints(contactPoints())
                .withLocalDatacenter(TestCluster.get().localDatacenter())
                .withConfigLoader(config.build()))
        .build();
  }

  /** Replaces the tablets of a table or view in one step. */
  public void tablets(String keyspace, String table, List<Tablet> tablets) {
    tablets(keyspace, table, tablets, Map.of());
  }

  /**
   * Replaces the tablets of a table or view in one step.
   *
   * @param statics values of static columns of {@code system.tablets}, such as {@code base_table},
   *     or a {@code tablet_count} that is not the number of the tablets
   */
  public void tablets(String keyspace, String table, List<Tablet> tablets, Map<String, ?> statics) {
    system.tablets(keyspace, table, tablets, statics);
  }

  /**
   * Sets the sizes of a tablet's replicas in bytes, as {@code system.tablet_sizes} has them.
   *
   * @param lastToken the last token of the tablet
   * @param sizes by host id
   */
  public void tabletSizes(String keyspace, String table, long lastToken, Map<UUID, Long> sizes) {
    system.tabletSizes(keyspace, table, lastToken, sizes);
  }

  /** Sets the number of shards that each node has according to {@code system.topology}. */
  public void shardsInTopology(int shards) {
    system.shards(shards);
  }

  /** Records a truncation of a table, as {@code system.truncated} has it. */
  public void truncated(String keyspace, String table, Instant time) {
    system.truncated(keyspace, table, time);
  }

  /** Removes the tablets of a table or view, which is then on vnodes. */
  public void removeTablets(String keyspace, String table) {
    system.removeTablets(keyspace, table);
  }

  /** Returns the id of a table or view. */
  public UUID tableId(String keyspace, String table) {
    return system.tableId(keyspace, table);
  }

  /**
   * Changes the rows of each page of {@code system.tablets}. A row holds serialized values in the
   * order of the selected columns.
   */
  public void changeTabletRows(UnaryOperator<List<List<@Nullable ByteBuffer>>> change) {
    system.tabletAnswers(change);
  }

  /** Ends {@link #changeTabletRows}. */
  public void keepTabletRows() {
    system.tabletAnswers(null);
  }

  /**
   * Sets the column {@code replication} of a keyspace in {@code system_schema.keyspaces}. ScyllaDB
   * writes a list of racks as {@code 'dc1:0': 'rack1', 'dc1:1': 'rack2'}.
   */
  public void replication(String keyspace, Map<String, String> replication) {
    system.replication(keyspace, replication);
  }

  /** Ends {@link #replication}. */
  public void keepReplication(String keyspace) {
    system.keepReplication(keyspace);
  }

  /** Sets when answers carry {@code tablets-routing-v1}. Default: {@link Routing#NEGOTIATED}. */
  public void routing(Routing routing) {
    this.routing = routing;
  }

  /**
   * Sends an empty page with a paging state before every k-th page of a table.
   *
   * @param every 1 for an empty page before each page; 0 for none
   */
  public void emptyPages(String keyspace, String table, int every) {
    emptyPages.put(new TableName(keyspace, table), new EmptyPages(every));
  }

  /** Answers requests with an error until {@link #heal()}. {@link ScyllaErrors} has errors. */
  public void fail(Predicate<ProxyRequest> requests, Error error) {
    failures.add(new Failure(requests, error));
  }

  /**
   * Answers one request on a table with an error.
   *
   * @param nth 1 for the next request that runs a statement on the table
   */
  public void failNth(String keyspace, String table, int nth, Error error) {
    AtomicInteger seen = new AtomicInteger();
    fail(request -> request.runsOn(keyspace, table) && seen.incrementAndGet() == nth, error);
  }

  /** Ends all failures. */
  public void heal() {
    failures.clear();
  }

  /** Closes the connections of a node and refuses new ones. */
  public void stop(UUID node) {
    ProxyNode stopped = node(node);
    stopped.close();
    tell("DOWN", stopped);
  }

  /** Lets a stopped node accept connections again. */
  public void start(UUID node) {
    ProxyNode started = node(node);
    started.listen();
    tell("UP", started);
  }

  private void tell(String change, ProxyNode node) {
    StatusChangeEvent event = new StatusChangeEvent(change, node.listening);
    nodes.stream().filter(other -> other != node).forEach(other -> other.tell(event));
  }

  private ProxyNode node(UUID hostId) {
    return nodes.stream().filter(node -> node.hostId.equals(hostId)).findAny().orElseThrow();
  }

  /** Returns the requests that reached the proxy since the last {@link #forget()}, in order. */
  public List<ProxyRequest> requests() {
    return List.copyOf(requests);
  }

  /** Returns the requests that ran a statement on a table since the last {@link #forget()}. */
  public List<ProxyRequest> requests(String keyspace, String table) {
    return requests.stream().filter(request -> request.runsOn(keyspace, table)).toList();
  }

  /** Forgets the recorded requests. */
  public void forget() {
    requests.clear();
  }

  /** Returns the options of each STARTUP that reached the proxy. */
  public List<Map<String, String>> startups() {
    return List.copyOf(startups);
  }

  @Override
  public void close() {
    nodes.forEach(ProxyNode::close);
    threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  int shards() {
    return shards;
  }

  ScyllaSystem system() {
    return system;
  }

  Routing routing() {
    return routing;
  }

  Map<InetAddress, InetAddress> proxies() {
    return proxies;
  }

  Map<ByteBuffer, Prepared> prepared() {
    return prepared;
  }

  void addStartup(Map<String, String> options) {
    startups.add(Map.copyOf(options));
  }

  /** Records a request and returns the error that a test wants as its answer; else null. */
  @Nullable Error record(ProxyRequest request) {
    requests.add(request);
    for (Failure failure : failures) {
      if (failure.requests().test(request)) {
        return failure.error();
      }
    }
    return null;
  }

  /** Returns true if the next page of a table is to be preceded by an empty one. */
  boolean emptiesNextPage(ScyllaStatement statement) {
    if (statement.keyspace() == null || statement.table() == null || !statement.readsRows()) {
      return false;
    }
    EmptyPages pages = emptyPages.get(new TableName(statement.keyspace(), statement.table()));
    return pages != null && pages.every > 0 && pages.pages.incrementAndGet() % pages.every == 0;
  }

  /** A node of Cassandra and the socket in front of it. */
  final class ProxyNode {

    final UUID hostId;
    final InetSocketAddress real;
    final InetSocketAddress listening;
    final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private @Nullable Channel server;

    ProxyNode(UUID hostId, InetSocketAddress real, InetSocketAddress listening) {
      this.hostId = hostId;
      this.real = real;
      this.listening = listening;
    }

    ScyllaProxy proxy() {
      return ScyllaProxy.this;
    }

    synchronized void listen() {
      if (server != null) {
        return;
      }
      server =
          new ServerBootstrap()
              .group(threads)
              .channel(NioServerSocketChannel.class)
              .option(ChannelOption.SO_REUSEADDR, true)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.AUTO_READ, false)
              .childHandler(
                  new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                      int shard = accepted.getAndIncrement() % shards;
                      new ProxyConnection(ProxyNode.this, shard, client).open();
                    }
                  })
              .bind(listening)
              .syncUninterruptibly()
              .channel();
    }

    synchronized void close() {
      if (server != null) {
        server.close().syncUninterruptibly();
        server = null;
      }
      connections.forEach(ProxyConnection::close);
    }

    void tell(StatusChangeEvent event) {
      connections.forEach(connection -> connection.tell(event));
    }
  }
}
