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
   * @param hasDatacenters whether each data centre has copies of its own; otherwise all nodes count
   *     as one data centre without racks
   * @param copies the copies in each data centre
   */
  private record Replication(boolean hasDatacenters, Map<String, Copies> copies) {

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    /**
     * The copies of a row in a data centre.
     *
     * @param count the number of copies, at most one on each node
     * @param inSeenRacks how many of them may be in a rack that has a copy already
     */
    private record Copies(int count, int inSeenRacks) {
      static final Copies NONE = new Copies(0, 0);
    }

    static Replication of(KeyspaceMetadata keyspace, Collection<Node> nodes) {
      Map<String, String> options = keyspace.getReplication();
      String strategy = options.getOrDefault("class", "");
      Replication rule =
          new Replication(strategy.endsWith("NetworkTopologyStrategy"), new HashMap<>());
      nodes.stream()
          .collect(Collectors.groupingBy(rule::datacenter))
          .forEach(
              (datacenter, members) -> {
                int wanted =
                    strategy.endsWith("EverywhereStrategy")
                        ? members.size()
                        : number(
                            rule.hasDatacenters
                                ? options.getOrDefault(datacenter, "")
                                : options.getOrDefault("replication_factor", ""));
                long racks = members.stream().map(Node::getRack).distinct().count();
                rule.copies.put(
                    datacenter,
                    new Copies(
                        Math.min(wanted, members.size()),
                        rule.hasDatacenters ? wanted - (int) racks : Integer.MAX_VALUE));
              });
      return rule;
    }

    /** The first number of {@code 3} or of {@code 3/1}, where one copy is transient. */
    private static int number(String option) {
      Matcher number = NUMBER.matcher(option);
      return number.lookingAt() ? Integer.parseInt(number.group()) : 0;
    }

    private String datacenter(Node node) {
      return hasDatacenters ? String.valueOf(node.getDatacenter()) : "";
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
      Set<Node> replicas = new LinkedHashSet<>();
      Map<String, Integer> taken = new HashMap<>();
      Map<String, Integer> inSeenRacks = new HashMap<>();
      Set<List<String>> racks = new HashSet<>();
      int total = copies.values().stream().mapToInt(Copies::count).sum();
      for (int i = 0; i < clockwise.size() && replicas.size() < total; i++) {
        Node node = clockwise.get((first + i) % clockwise.size());
        String datacenter = datacenter(node);
        Copies wanted = copies.getOrDefault(datacenter, Copies.NONE);
        if (taken.getOrDefault(datacenter, 0) == wanted.count() || replicas.contains(node)) {
          continue;
        }
        boolean isNewRack = racks.add(List.of(datacenter, String.valueOf(node.getRack())));
        if (isNewRack || inSeenRacks.merge(datacenter, 1, Integer::sum) <= wanted.inSeenRacks()) {
          replicas.add(node);
          taken.merge(datacenter, 1, Integer::sum);
        }
      }
      return replicas;
    }
  }
}
