package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.CountResult;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestTimes;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.preflight.LiveReplicas;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.schema.TokenRange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster with the data centres dc1, two nodes in two racks, and dc2, one node. The keyspace
 * {@code everywhere} has replicas in both, {@code near} in dc1 and {@code far} in dc2.
 */
@Slow
class DatacentersIT {

  private static final int ROWS = 3_000;
  private static final Pattern DESCRIBED =
      Pattern.compile(
          "start_token:(-?\\d+), end_token:(-?\\d+), endpoints:\\[([^\\]]*)\\], rpc_endpoints");

  private static SandboxCluster cluster;
  private static CqlSession session;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    cluster =
        TestTimes.start(
            "two data centres",
            SandboxCluster.builder()
                .datacenters(2, 1)
                .racks(2)
                .vnodes(4)
                .heapMegabytes(512)
                .port(9642)
                .storagePort(7642)
                .jmxPort(7742));
    session = connect("dc1", true);
    create("everywhere", "'dc1': 2, 'dc2': 1");
    create("near", "'dc1': 1");
    create("far", "'dc2': 1");
  }

  @AfterAll
  static void stop() {
    session.close();
    cluster.close();
  }

  @Test
  void rangesAndReplicasAreThoseOfDescribeRing() throws Exception {
    assertAreThoseOfDescribeRing(session);
    // Without a token map they come from the system tables.
    try (CqlSession blind =
        connect(
            "dc1",
            true,
            config -> config.withBoolean(DefaultDriverOption.METADATA_TOKEN_MAP_ENABLED, false))) {
      assertAreThoseOfDescribeRing(blind);
    }
  }

  private static void assertAreThoseOfDescribeRing(CqlSession over) throws Exception {
    Map<UUID, String> addresses = new HashMap<>();
    for (Node node : session.getMetadata().getNodes().values()) {
      addresses.put(
          Objects.requireNonNull(node.getHostId()),
          node.getBroadcastAddress().orElseThrow().getAddress().getHostAddress());
    }
    for (String keyspace : List.of("everywhere", "near", "far")) {
      Map<TokenRange, Set<String>> found = new HashMap<>();
      RingSource.of(over, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql("t"))
          .read(null)
          .ranges()
          .forEach(
              range ->
                  found.put(
                      range.range(),
                      range.replicas().stream().map(addresses::get).collect(Collectors.toSet())));
      assertThat(found).as(keyspace).hasSize(12).isEqualTo(described(keyspace));
    }
  }

  @Test
  void readsFromTheChosenDatacenterOnly() {
    for (String datacenter : List.of("dc1", "dc2")) {
      for (DefaultConsistencyLevel level :
          List.of(
              DefaultConsistencyLevel.LOCAL_ONE,
              DefaultConsistencyLevel.LOCAL_QUORUM,
              DefaultConsistencyLevel.EACH_QUORUM)) {
        RecordingSession watch = new RecordingSession(session);
        CountResult result =
            operator(watch.session())
                .count("everywhere", "t")
                .fromDatacenter(datacenter)
                .consistency(level)
                .execute();
        assertThat(result.rows()).isEqualTo(ROWS);
        assertThat(readFrom(watch)).containsExactly(datacenter);
      }
    }
  }

  @Test
  void exportAndImportAcrossDatacenters() {
    Path csv = folder.resolve("csv");
    RecordingSession watch = new RecordingSession(session);
    operator(watch.session())
        .export("far", "t")
        .fromDatacenter("dc2")
        .to(CsvTarget.folder(csv))
        .execute();
    assertThat(readFrom(watch)).containsExactly("dc2");
    session.execute("CREATE TABLE IF NOT EXISTS everywhere.copy (id int PRIMARY KEY, v text)");
    operator(session).importInto("everywhere", "copy").from(CsvSource.at(csv)).execute();
    assertThat(operator(session).count("everywhere", "copy").fromDatacenter("dc2").execute().rows())
        .isEqualTo(ROWS);
  }

  @Test
  void commandReadsFromTheChosenDatacenter() throws Exception {
    assertThat(command("--read-dc", "dc2")).contains("3,000").doesNotContain("no replica");
    assertThat(command("--read-dc", "dc3"))
        .contains("No node of the cluster is in the data centre dc3; the cluster has dc1, dc2");
    assertThat(command())
        .contains("The keyspace far has no replica in the data centre dc1")
        .contains("read from there with --read-dc");
  }

  /** Counts the table in dc2 over dc1 in a process of its own. */
  private String command(String... options) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                "io.ringhaul.cli.Main",
                "count",
                "far.t",
                "--contact-point",
                "127.0.0.1:9642",
                "--local-dc",
                "dc1"));
    command.addAll(List.of(options));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return Files.readString(output);
  }

  @Test
  void namesDatacentersThatCannotBeRead() {
    TokenAwareBulkOperator operator = operator(session);
    refused(
        "No node of the cluster is in the data centre dc3; the cluster has dc1, dc2",
        () -> operator.count("everywhere", "t").fromDatacenter("dc3").execute());
    refused(
        "The keyspace far has no replica in the data centre dc1 for the token range",
        () -> operator.count("far", "t").execute());
    refused(
        "; its replicas are in dc2. Use a session local to where all its ranges are replicated,"
            + " read from there with fromDatacenter, or change the keyspace's replication.",
        () -> operator.count("far", "t").execute());
    refused(
        "The keyspace near has no replica in the data centre dc2 for the token range",
        () -> operator.count("near", "t").fromDatacenter("dc2").execute());
    try (CqlSession local = connect("dc1", false)) {
      refused(
          "The session does not connect to the data centre dc2: set"
              + " basic.load-balancing-policy.local-datacenter to it, or set"
              + " advanced.load-balancing-policy.dc-failover.max-nodes-per-remote-dc to the number"
              + " of its nodes, 1",
          () -> operator(local).count("far", "t").fromDatacenter("dc2").execute());
    }
    try (CqlSession local = connect("dc2", false)) {
      assertThat(operator(local).count("far", "t").execute().rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void deadDatacenterEndsWithNamedRangesAndResumesOrFailsOver() throws Exception {
    SandboxNode node = cluster.node(3);
    assertThat(node.datacenter()).isEqualTo("dc2");
    AtomicInteger sent = new AtomicInteger();
    RecordingSession killing =
        new RecordingSession(
            session,
            statement -> {
              if (statement.getRoutingToken() != null && sent.incrementAndGet() == 6) {
                node.kill();
              }
            });
    UUID job = UUID.randomUUID();
    CsvTarget target = CsvTarget.folder(folder.resolve("out"));
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      IncompleteOperationException failure =
          catchThrowableOfType(
              IncompleteOperationException.class,
              () ->
                  operator(killing.session())
                      .export("everywhere", "t")
                      .fromDatacenter("dc2")
                      .taskCount(12)
                      .parallelism(1)
                      .maxAttempts(2)
                      .requestTimeout(Duration.ofSeconds(5))
                      .to(target)
                      .job(JobOptions.in(store))
                      .jobId(job)
                      .execute());
      assertThat(failure.failedRanges()).isNotEmpty();
      awaitState(NodeState.DOWN);
      assertThat(problems(DefaultConsistencyLevel.LOCAL_QUORUM)).isEmpty();
      assertThat(problems(DefaultConsistencyLevel.EACH_QUORUM))
          .singleElement()
          .asString()
          .contains("12 of 12 token ranges of keyspace everywhere have too few live replicas for")
          .contains("EACH_QUORUM, because 127.0.0.3:9642 is down");

      // A request that may use the other data centre succeeds.
      ExportResult other =
          operator(session)
              .export("everywhere", "t")
              .to(CsvTarget.folder(folder.resolve("other")))
              .execute();
      assertThat(other.rows()).isEqualTo(ROWS);

      node.start();
      awaitState(NodeState.UP);
      ExportResult result =
          operator(session)
              .export("everywhere", "t")
              .fromDatacenter("dc2")
              .to(target)
              .job(JobOptions.in(store).resuming())
              .jobId(job)
              .execute();
      assertThat(result.rows()).isEqualTo(ROWS);
    }
    failsOver(node);
  }

  /** The driver's own setting allows a session to use another data centre. */
  private void failsOver(SandboxNode node) {
    try (CqlSession local = connect("dc2", true)) {
      AtomicInteger sent = new AtomicInteger();
      RecordingSession killing =
          new RecordingSession(
              local,
              statement -> {
                if (statement.getRoutingToken() != null && sent.incrementAndGet() == 6) {
                  node.kill();
                }
              });
      assertThat(
              operator(killing.session())
                  .export("everywhere", "t")
                  .taskCount(12)
                  .parallelism(1)
                  .to(CsvTarget.folder(folder.resolve("over")))
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
      assertThat(readFrom(killing)).contains("dc1");
    } finally {
      node.start();
    }
  }

  private static void create(String keyspace, String replication) {
    session.execute(
        String.format(
            "CREATE KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', %s}",
            keyspace, replication));
    session.execute("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        id -> new Object[] {id, "value " + id});
  }

  /** The data centres of the coordinators that answered for token ranges. */
  private static Set<String> readFrom(RecordingSession watch) {
    return watch.acknowledged().stream()
        .filter(each -> each.statements().get(0).getRoutingToken() != null)
        .map(each -> String.valueOf(each.coordinator().getDatacenter()))
        .collect(Collectors.toSet());
  }

  private static TokenAwareBulkOperator operator(CqlSession over) {
    return TokenAwareBulkOperator.over(over);
  }

  private static CqlSession connect(String local, boolean remote) {
    return connect(local, remote, config -> config);
  }

  private static CqlSession connect(
      String local, boolean remote, UnaryOperator<ProgrammaticDriverConfigLoaderBuilder> change) {
    ProgrammaticDriverConfigLoaderBuilder config =
        DriverConfigLoader.programmaticBuilder()
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60));
    if (remote) {
      config
          .withInt(DefaultDriverOption.LOAD_BALANCING_DC_FAILOVER_MAX_NODES_PER_REMOTE_DC, 3)
          .withBoolean(
              DefaultDriverOption.LOAD_BALANCING_DC_FAILOVER_ALLOW_FOR_LOCAL_CONSISTENCY_LEVELS,
              true)
          // All writes of the test reach all replicas.
          .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "ALL");
    }
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(local)
        .withConfigLoader(change.apply(config).build())
        .build();
  }

  private static void refused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining(message);
  }

  private static List<?> problems(DefaultConsistencyLevel level) {
    return new LiveReplicas(
            session,
            CqlIdentifier.fromCql("everywhere"),
            CqlIdentifier.fromCql("t"),
            new RequestSettings(1, level, Duration.ofSeconds(5), 1, Optional.empty()))
        .problems();
  }

  private static void awaitState(NodeState state) throws InterruptedException {
    InetSocketAddress address = cluster.node(3).address();
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (session.getMetadata().getNodes().values().stream()
        .filter(node -> address.equals(node.getEndPoint().resolve()))
        .noneMatch(node -> node.getState() == state)) {
      assertThat(System.nanoTime()).as("the driver sees the node " + state).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  // The process at this loopback port was started by the test.
  @SuppressWarnings({"BanJNDI", "unchecked"})
  private static Map<TokenRange, Set<String>> described(String keyspace)
      throws IOException, JMException {
    Map<TokenRange, Set<String>> ranges = new HashMap<>();
    try (JMXConnector management = JMXConnectorFactory.connect(cluster.node(1).jmxUrl())) {
      List<String> lines =
          (List<String>)
              management
                  .getMBeanServerConnection()
                  .invoke(
                      new ObjectName("org.apache.cassandra.db:type=StorageService"),
                      "describeRingJMX",
                      new Object[] {keyspace},
                      new String[] {String.class.getName()});
      for (String line : lines) {
        Matcher range = DESCRIBED.matcher(line);
        assertThat(range.find()).as(line).isTrue();
        ranges.put(
            new TokenRange(Long.parseLong(range.group(1)), Long.parseLong(range.group(2))),
            new HashSet<>(List.of(range.group(3).split(", ?"))));
      }
    }
    return ranges;
  }
}
