package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.internal.request.NodeNames;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks that all live nodes have the same schema version. After a schema change they agree within
 * a second or two. During a rolling upgrade they may differ for days without harm, so a difference
 * is a warning.
 */
public final class SchemaAgreement implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(SchemaAgreement.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final SimpleStatement QUESTION =
      SimpleStatement.newInstance("SELECT schema_version FROM system.local")
          .setTimeout(PATIENCE)
          .setIdempotent(true);

  private final CqlSession session;
  private final Duration wait;

  /** Creates a check that waits up to three seconds for agreement. */
  public SchemaAgreement(CqlSession session) {
    this(session, Duration.ofSeconds(3));
  }

  SchemaAgreement(CqlSession session, Duration wait) {
    this.session = session;
    this.wait = wait;
  }

  @Override
  public List<PreflightProblem> problems() {
    long deadline = System.nanoTime() + wait.toNanos();
    Map<UUID, Set<String>> versions = versions();
    while (versions.size() > 1 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE.toNanos());
      versions = versions();
    }
    return problems(versions);
  }

  /**
   * Returns the problem if there is more than one schema version.
   *
   * @param versions the addresses of the nodes with each version
   */
  static List<PreflightProblem> problems(Map<UUID, Set<String>> versions) {
    if (versions.size() <= 1) {
      return List.of();
    }
    return List.of(
        PreflightProblem.warning(
            "The nodes do not agree on the schema ("
                + String.join("; ", versions.values().stream().map(Objects::toString).toList())
                + " differ), so columns may be missing on some of them",
            "unless this is a rolling upgrade, wait until nodetool describecluster shows one"
                + " version"));
  }

  /**
   * Returns the addresses of the nodes with each version. Every node is asked for its own version,
   * since a node's knowledge of its peers lags behind. Nodes of other data centres are left out:
   * they receive no requests from this session.
   */
  private Map<UUID, Set<String>> versions() {
    Map<Node, CompletionStage<AsyncResultSet>> answers = new LinkedHashMap<>();
    for (Node node : session.getMetadata().getNodes().values()) {
      if (node.getState() == NodeState.UP && node.getDistance() == NodeDistance.LOCAL) {
        answers.put(node, session.executeAsync(QUESTION.setNode(node)));
      }
    }
    Map<UUID, Set<String>> versions = new TreeMap<>();
    answers.forEach(
        (node, answer) ->
            version(node, answer)
                .ifPresent(
                    version ->
                        versions
                            .computeIfAbsent(version, v -> new TreeSet<>())
                            .add(NodeNames.of(node))));
    return versions;
  }

  private static Optional<UUID> version(Node node, CompletionStage<AsyncResultSet> answer) {
    try {
      return Optional.ofNullable(answer.toCompletableFuture().join().one())
          .map(row -> row.getUuid(0));
    } catch (CompletionException e) {
      LOG.debug("Cannot read the schema version of {}: {}", node, e.toString());
      return Optional.empty();
    }
  }
}
