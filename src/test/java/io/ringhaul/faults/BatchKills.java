package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.faults.NumberedBatches.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Kills nodes that coordinate batches and compares the reported outcome of each batch with the
 * stored rows.
 */
final class BatchKills {

  private static final int LOGGED_AT_ONCE = 40;
  private static final int UNLOGGED_AT_ONCE = 20;
  private static final int NODES = 3;
  private static final int READS_AT_ONCE = 200;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * A short time-out makes lost requests fail soon and halves the wait for batch log replay, which
   * starts after twice this time.
   */
  private static final String WRITE_TIMEOUT = "2000ms";

  private final Random random;
  private final SandboxCluster cluster;
  private final CqlSession session;
  private final NumberedBatches logged;
  private final NumberedBatches unlogged;
  private final Map<Integer, Optional<Outcome>> loggedOutcomes = new TreeMap<>();
  private final Map<Integer, Optional<Outcome>> unloggedOutcomes = new TreeMap<>();

  BatchKills(SandboxCluster cluster, CqlSession session, Random random) {
    this.random = random;
    this.cluster = cluster;
    this.session = session;
    String keyspace = Clusters.keyspace(session, NODES);
    this.logged = NumberedBatches.logged(session, keyspace);
    this.unlogged = NumberedBatches.unlogged(session, keyspace);
  }

  /** Starts a cluster whose commit log survives kills. */
  static SandboxCluster start() {
    return Clusters.describe(NODES)
        .setting("write_request_timeout", WRITE_TIMEOUT)
        // With this setting an acknowledged write survives a kill. With the sandbox's default, a
        // kill can lose the most recent acknowledged writes.
        .setting("commitlog_sync", "group")
        .setting("commitlog_sync_period", "0ms")
        .setting("commitlog_sync_group_window", "5ms")
        .start();
  }

  /** Opens a session that reconnects quickly when a node is back. */
  static CqlSession connect(SandboxCluster cluster) {
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(cluster.localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .withString(
                    DefaultDriverOption.RECONNECTION_POLICY_CLASS, "ConstantReconnectionPolicy")
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(250))
                .build())
        .build();
  }

  /** Kills the given number of nodes, one after the other, and restarts each. */
  void run(int kills) throws Exception {
    for (int i = 0; i < kills; i++) {
      killOne();
    }
    BatchLogs.awaitReplayed(cluster, session);
  }

  private void killOne() throws Exception {
    await("connections to all nodes", this::isConnected);
    SandboxNode victim = cluster.node(1 + random.nextInt(NODES));
    int moment = 20 + random.nextInt(100);
    try (BatchFeed first = new BatchFeed(session, logged, loggedOutcomes.size(), LOGGED_AT_ONCE);
        BatchFeed second =
            new BatchFeed(session, unlogged, unloggedOutcomes.size(), UNLOGGED_AT_ONCE)) {
      await(
          "batches in flight", () -> first.acknowledgedBatches() >= moment && first.isSaturated());
      victim.kill();
      first.stop();
      second.stop();
      victim.start();
      loggedOutcomes.putAll(first.end());
      unloggedOutcomes.putAll(second.end());
      assertThat(first.lostConnections()).as("batches that the node coordinated").isPositive();
    }
  }

  /** Checks that each batch was applied completely or not at all, and as its outcome says. */
  void assertAllOrNothing() {
    assertThat(contradictions(logged, loggedOutcomes)).isEmpty();
    assertThat(contradictions(unlogged, unloggedOutcomes)).isEmpty();
  }

  private static List<String> contradictions(
      NumberedBatches batches, Map<Integer, Optional<Outcome>> outcomes) {
    List<String> wrong = new ArrayList<>();
    List<Integer> numbers = List.copyOf(outcomes.keySet());
    for (int from = 0; from < numbers.size(); from += READS_AT_ONCE) {
      List<CompletableFuture<Trace>> traces =
          numbers.subList(from, Math.min(numbers.size(), from + READS_AT_ONCE)).stream()
              .map(batches::trace)
              .toList();
      for (CompletableFuture<Trace> each : traces) {
        Trace trace = each.join();
        Optional<Outcome> outcome = Objects.requireNonNull(outcomes.get(trace.number()));
        if (!matches(trace, outcome)) {
          wrong.add(batches.type() + " batch with outcome " + outcome + ": " + trace);
        }
      }
    }
    return wrong;
  }

  private static boolean matches(Trace trace, Optional<Outcome> outcome) {
    if (outcome.isEmpty()) {
      return trace.isWhole();
    }
    return switch (outcome.get()) {
      case WILL_BE_APPLIED -> trace.isWhole();
      case NOT_APPLIED -> trace.isNothing();
      case UNKNOWN -> trace.isWhole() || trace.isNothing();
    };
  }

  /** Returns how often each outcome occurred. */
  String summary() {
    return "LOGGED " + count(loggedOutcomes) + ", UNLOGGED " + count(unloggedOutcomes);
  }

  private static Map<String, Long> count(Map<Integer, Optional<Outcome>> outcomes) {
    return outcomes.values().stream()
        .collect(
            Collectors.groupingBy(
                outcome -> outcome.map(Outcome::name).orElse("acknowledged"),
                TreeMap::new,
                Collectors.counting()));
  }

  private boolean isConnected() {
    return session.getMetadata().getNodes().values().stream()
            .filter(node -> node.getState() == NodeState.UP && node.getOpenConnections() > 0)
            .count()
        == NODES;
  }

  private static void await(String what, BooleanSupplier there) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime()).as("no " + what).isLessThan(deadline);
      Thread.sleep(1);
    }
  }
}
