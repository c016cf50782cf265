package io.ringhaul.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the nodes that are up have one schema. After a change they agree within a second or two;
 * in a rolling upgrade they may differ for days without any harm, so that this is no error.
 */
public final class SchemaAgreement implements Check {

  private static final Logger LOG = LoggerFactory.getLogger(SchemaAgreement.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final CqlSession session;
  private final Duration wait;

  /** Waits three seconds for an agreement. */
  public SchemaAgreement(CqlSession session) {
    this(session, Duration.ofSeconds(3));
  }

  SchemaAgreement(CqlSession session, Duration wait) {
    this.session = session;
    this.wait = wait;
  }

  @Override
  public List<Finding> findings() {
    long deadline = System.nanoTime() + wait.toNanos();
    Map<UUID, Set<String>> versions = versions();
    while (versions.size() > 1 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE.toNanos());
      versions = versions();
    }
    if (versions.size() <= 1) {
      return List.of();
    }
    return List.of(
        Finding.warning(
            "The nodes do not agree on the schema ("
                + String.join("; ", versions.values().stream().map(Objects::toString).toList())
                + " differ), so that columns may be missing or unknown on some of them",
            "unless this is a rolling upgrade, wait until nodetool describecluster shows one"
                + " version"));
  }

  /** The addresses of the nodes with each version, as one node knows them. */
  private Map<UUID, Set<String>> versions() {
    Map<UUID, Node> nodes = session.getMetadata().getNodes();
    Node asked =
        nodes.values().stream()
            .filter(node -> node.getState() == NodeState.UP)
            .findFirst()
            .orElseThrow();
    Map<UUID, Set<String>> versions = new TreeMap<>();
    add(versions, nodes, query("system.local", asked));
    add(versions, nodes, peers(asked));
    return versions;
  }

  private List<Row> peers(Node node) {
    try {
      return query("system.peers_v2", node);
    } catch (InvalidQueryException e) {
      LOG.debug("{} is older than Cassandra 4.0, or no Cassandra: {}", node, e.getMessage());
      return query("system.peers", node);
    }
  }

  private List<Row> query(String nodesTable, Node node) {
    return session
        .execute(
            SimpleStatement.newInstance("SELECT host_id, schema_version FROM " + nodesTable)
                .setNode(node)
                .setPageSize(Trial.SMALL_PAGE)
                .setTimeout(PATIENCE)
                .setIdempotent(true))
        .all();
  }

  private static void add(Map<UUID, Set<String>> versions, Map<UUID, Node> nodes, List<Row> rows) {
    for (Row row : rows) {
      Node node = nodes.get(row.getUuid(0));
      UUID version = row.getUuid(1);
      if (node != null && version != null && node.getState() == NodeState.UP) {
        versions.computeIfAbsent(version, v -> new TreeSet<>()).add(NodeNames.of(node));
      }
    }
  }
}
