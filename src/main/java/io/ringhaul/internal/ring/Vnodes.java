package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.ring.TokenRing.PlacedRange;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The token ranges of a cluster's virtual nodes, and the nodes that hold a keyspace's rows in them:
 * from the driver's token map, or from the system tables of a node if the driver's does not have
 * the keyspace.
 */
final class Vnodes {

  private static final String PARTITIONER = "Murmur3Partitioner";

  private Vnodes() {}

  /** Reads the ranges; without a query if the driver's token map has the keyspace. */
  static CompletionStage<List<PlacedRange>> read(CqlSession session, KeyspaceMetadata keyspace) {
    TokenMap map = session.getMetadata().getTokenMap().orElse(null);
    return map != null && isKnownToDriver(map, keyspace.getName())
        ? CompletableFuture.completedFuture(ofDriver(map, keyspace.getName()))
        : ofSystemTables(session, keyspace);
  }

  /**
   * Returns whether the driver finds the replicas of a keyspace. If it cannot read the replication
   * of any keyspace, it has no token map or one without replicas.
   *
   * @param map null if the driver has none
   */
  static boolean isKnownToDriver(@Nullable TokenMap map, CqlIdentifier keyspace) {
    return map != null
        && map.getTokenRanges().stream()
            .anyMatch(range -> !map.getReplicas(keyspace, range.getEnd()).isEmpty());
  }

  private static List<PlacedRange> ofDriver(TokenMap map, CqlIdentifier keyspace) {
    requireMurmur3(map.getPartitionerName());
    List<PlacedRange> ranges = new ArrayList<>();
    for (var range : map.getTokenRanges()) {
      // All tokens of a range have the replicas of its last token.
      ranges.add(
          new PlacedRange(
              new TokenRange(
                  token(map.format(range.getStart())), token(map.format(range.getEnd()))),
              map.getReplicas(keyspace, range.getEnd())));
    }
    return ranges;
  }

  private static CompletionStage<List<PlacedRange>> ofSystemTables(
      CqlSession session, KeyspaceMetadata keyspace) {
    // One node answers both queries, because system.peers leaves out the node that answers.
    Node node =
        session.getMetadata().getNodes().values().stream()
            .filter(each -> each.getState() == NodeState.UP)
            .findFirst()
            .orElseThrow(() -> new UnsupportedClusterException("No node of the cluster is up."));
    SimpleStatement local =
        ScyllaDb.system("SELECT host_id, tokens, partitioner FROM system.local").setNode(node);
    SimpleStatement peers =
        ScyllaDb.system("SELECT host_id, tokens FROM system.peers").setNode(node);
    NavigableMap<Long, Node> owners = new TreeMap<>();
    return session
        .executeAsync(local)
        .thenCompose(
            rows -> {
              Row row = rows.one();
              if (row != null) {
                requireMurmur3(String.valueOf(row.getString("partitioner")));
                add(session, row, owners);
              }
              return session.executeAsync(peers);
            })
        .thenCompose(rows -> addAll(session, rows, owners))
        .thenApply(all -> placed(all, keyspace));
  }

  private static CompletionStage<NavigableMap<Long, Node>> addAll(
      CqlSession session, AsyncResultSet rows, NavigableMap<Long, Node> owners) {
    rows.currentPage().forEach(row -> add(session, row, owners));
    return rows.hasMorePages()
        ? rows.fetchNextPage().thenCompose(next -> addAll(session, next, owners))
        : CompletableFuture.completedFuture(owners);
  }

  private static void add(CqlSession session, Row row, NavigableMap<Long, Node> owners) {
    UUID host = row.getUuid("host_id");
    Set<String> tokens = row.getSet("tokens", String.class);
    Node node = host == null ? null : session.getMetadata().getNodes().get(host);
    // A node that is leaving or joining is not complete in the table.
    if (node != null && tokens != null) {
      tokens.forEach(token -> owners.put(token(token), node));
    }
  }

  private static List<PlacedRange> placed(
      NavigableMap<Long, Node> owners, KeyspaceMetadata keyspace) {
    List<PlacedRange> ranges = new ArrayList<>(owners.size());
    if (owners.isEmpty()) {
      return ranges;
    }
    Replication replication = Replication.of(keyspace, Set.copyOf(owners.values()));
    List<Node> clockwise = List.copyOf(owners.values());
    long start = owners.lastKey();
    int first = 0;
    for (long end : owners.keySet()) {
      ranges.add(new PlacedRange(new TokenRange(start, end), replication.of(clockwise, first++)));
      start = end;
    }
    return ranges;
  }

  /** Throws if the partitioner is not Murmur3Partitioner. */
  static void requireMurmur3(String partitioner) {
    String simpleName = partitioner.substring(partitioner.lastIndexOf('.') + 1);
    if (!simpleName.equals(PARTITIONER)) {
      throw new UnsupportedClusterException(
          "The cluster uses " + simpleName + "; only " + PARTITIONER + " is supported.");
    }
  }

  private static long token(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UnsupportedClusterException(
          "The token " + text + " is not a signed 64-bit integer as " + PARTITIONER + "'s are.");
    }
  }

  /**
   * The rule by which the servers choose the replicas of a token.
   *
   * @param copies the number of copies in each data centre; for a strategy without data centres,
   *     all copies under the empty name
   * @param nodes the nodes of each data centre, or all under the empty name
   * @param racks the racks of each data centre
   */
  record Replication(
      Map<String, Integer> copies, Map<String, Integer> nodes, Map<String, Integer> racks) {

    private static final String EVERYWHERE = "";
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    static Replication of(KeyspaceMetadata keyspace, Collection<Node> nodes) {
      Map<String, String> options = keyspace.getReplication();
      String strategy = options.getOrDefault("class", "");
      boolean hasDatacenters = strategy.endsWith("NetworkTopologyStrategy");
      Map<String, Set<String>> racks = new HashMap<>();
      Map<String, Integer> count = new HashMap<>();
      for (Node node : nodes) {
        String datacenter = hasDatacenters ? String.valueOf(node.getDatacenter()) : EVERYWHERE;
        count.merge(datacenter, 1, Integer::sum);
        racks.computeIfAbsent(datacenter, name -> new HashSet<>()).add(rack(node));
      }
      Map<String, Integer> copies =
          hasDatacenters
              ? count.keySet().stream()
                  .collect(
                      Collectors.toMap(
                          name -> name, name -> copies(options.getOrDefault(name, ""))))
              : Map.of(
                  EVERYWHERE,
                  strategy.endsWith("EverywhereStrategy")
                      ? nodes.size()
                      : copies(options.getOrDefault("replication_factor", "")));
      return new Replication(
          copies,
          count,
          racks.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().size())));
    }

    /** The first number of {@code 3} or of {@code 3/1}, where one copy is transient. */
    private static int copies(String option) {
      Matcher number = NUMBER.matcher(option);
      return number.lookingAt() ? Integer.parseInt(number.group()) : 0;
    }

    private static String rack(Node node) {
      return String.valueOf(node.getRack());
    }

    /**
     * Returns the replicas of a token range, the primary first: going clockwise, in each data
     * centre nodes of different racks first, and of the same rack only as far as there are fewer
     * racks than copies.
     *
     * @param clockwise the owner of each token, in token order
     * @param first the position of the range's last token
     */
    Collection<Node> of(List<Node> clockwise, int first) {
      boolean hasDatacenters = !copies.containsKey(EVERYWHERE);
      Set<Node> replicas = new LinkedHashSet<>();
      Map<String, Integer> missing = new HashMap<>();
      Map<String, Integer> repeats = new HashMap<>();
      copies.forEach(
          (datacenter, wanted) -> {
            missing.put(datacenter, Math.min(wanted, nodes.getOrDefault(datacenter, 0)));
            repeats.put(
                datacenter,
                hasDatacenters ? wanted - racks.getOrDefault(datacenter, 0) : Integer.MAX_VALUE);
          });
      Set<String> racksSeen = new HashSet<>();
      int total = missing.values().stream().mapToInt(Integer::intValue).sum();
      for (int i = 0; i < clockwise.size() && replicas.size() < total; i++) {
        Node node = clockwise.get((first + i) % clockwise.size());
        String datacenter = hasDatacenters ? String.valueOf(node.getDatacenter()) : EVERYWHERE;
        if (missing.getOrDefault(datacenter, 0) == 0 || replicas.contains(node)) {
          continue;
        }
        boolean isNewRack = racksSeen.add(datacenter + '\0' + rack(node));
        if (!isNewRack && repeats.getOrDefault(datacenter, 0) <= 0) {
          continue;
        }
        if (!isNewRack) {
          repeats.merge(datacenter, -1, Integer::sum);
        }
        replicas.add(node);
        missing.merge(datacenter, -1, Integer::sum);
      }
      return replicas;
    }
  }
}
