package io.ringhaul.cli.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.exceptions.InvalidSettingException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node's {@code cassandra.yaml}, sized for two cores and a small heap. */
final class CassandraYaml {

  /** Settings that the cluster controls and a user cannot change. */
  static final Set<String> OWN_SETTINGS =
      Set.of(
          "num_tokens",
          "initial_token",
          "auto_bootstrap",
          "partitioner",
          "listen_address",
          "rpc_address",
          "native_transport_port",
          "storage_port",
          "endpoint_snitch",
          "seed_provider",
          "data_file_directories",
          "commitlog_directory",
          "saved_caches_directory",
          "hints_directory",
          "cdc_raw_directory");

  /**
   * The names of settings in Cassandra 4.0, which takes sizes and times as numbers in the unit of
   * the name.
   */
  private static final Map<String, String> NAMES_IN_4_0 =
      Map.ofEntries(
          Map.entry("commitlog_sync_period", "commitlog_sync_period_in_ms"),
          Map.entry("commitlog_total_space", "commitlog_total_space_in_mb"),
          Map.entry("file_cache_size", "file_cache_size_in_mb"),
          Map.entry("networking_cache_size", "networking_cache_size_in_mb"),
          Map.entry("key_cache_size", "key_cache_size_in_mb"),
          Map.entry("counter_cache_size", "counter_cache_size_in_mb"),
          Map.entry("write_request_timeout", "write_request_timeout_in_ms"),
          Map.entry("range_request_timeout", "range_request_timeout_in_ms"),
          Map.entry("permissions_validity", "permissions_validity_in_ms"),
          Map.entry("roles_validity", "roles_validity_in_ms"),
          Map.entry("materialized_views_enabled", "enable_materialized_views"),
          Map.entry("sasi_indexes_enabled", "enable_sasi_indexes"),
          Map.entry("user_defined_functions_enabled", "enable_user_defined_functions"));

  private static final Pattern AMOUNT = Pattern.compile("([0-9]+)(ms|MiB)");

  private static final ObjectMapper JSON = new ObjectMapper();

  private CassandraYaml() {}

  /**
   * Creates the file's text. Each value is JSON, a subset of YAML.
   *
   * @param node number of the node, from 1
   * @param data the folder for all data of the node
   */
  static String of(SandboxSettings cluster, int node, Path data) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("cluster_name", "ringhaul-sandbox");
    putIdentity(settings, cluster, node);
    putFolders(settings, data);
    putSizes(settings);
    settings.putAll(cluster.settings());
    boolean old = cluster.version().startsWith("4.0.");
    StringBuilder yaml = new StringBuilder();
    settings.forEach((name, value) -> yaml.append(old ? lineOf40(name, value) : line(name, value)));
    return yaml.toString();
  }

  private static String lineOf40(String name, Object value) {
    Matcher amount = AMOUNT.matcher(String.valueOf(value));
    String old = NAMES_IN_4_0.get(name);
    return old == null
        ? line(name, value)
        : line(old, amount.matches() ? Long.valueOf(amount.group(1)) : value);
  }

  /**
   * Creates one line of the file.
   *
   * @throws InvalidSettingException if the value contains anything but strings, numbers, booleans,
   *     lists and maps
   */
  static String line(String name, Object value) {
    try {
      return name + ": " + JSON.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new InvalidSettingException(
          name, "The setting " + name + " cannot be written to cassandra.yaml: " + value);
    }
  }

  private static void putIdentity(Map<String, Object> settings, SandboxSettings cluster, int node) {
    boolean added = node > cluster.nodes();
    List<Long> tokens =
        added
            ? SandboxTokens.added(node, cluster.vnodes())
            : SandboxTokens.allot(cluster.nodes(), cluster.vnodes()).get(node - 1);
    settings.put("partitioner", "org.apache.cassandra.dht.Murmur3Partitioner");
    settings.put("num_tokens", cluster.vnodes());
    settings.put("initial_token", String.join(",", tokens.stream().map(String::valueOf).toList()));
    // The initial nodes start empty and together: they have no data to stream and no node to wait
    // for.
    settings.put("auto_bootstrap", added);
    settings.put("listen_address", SandboxSettings.host(node));
    settings.put("storage_port", cluster.storagePort());
    settings.put("rpc_address", SandboxSettings.host(node));
    settings.put("native_transport_port", cluster.port());
    settings.put("endpoint_snitch", "GossipingPropertyFileSnitch");
    settings.put(
        "seed_provider",
        List.of(
            Map.of(
                "class_name",
                "org.apache.cassandra.locator.SimpleSeedProvider",
                "parameters",
                List.of(Map.of("seeds", cluster.seeds())))));
  }

  private static void putFolders(Map<String, Object> settings, Path data) {
    settings.put("data_file_directories", List.of(data.resolve("tables").toString()));
    settings.put("commitlog_directory", data.resolve("commitlog").toString());
    settings.put("saved_caches_directory", data.resolve("saved_caches").toString());
    settings.put("hints_directory", data.resolve("hints").toString());
    settings.put("cdc_raw_directory", data.resolve("cdc").toString());
  }

  /** Sets sizes: Cassandra's defaults are for a server with many cores. */
  private static void putSizes(Map<String, Object> settings) {
    settings.put("commitlog_sync", "periodic");
    settings.put("commitlog_sync_period", "10000ms");
    settings.put("commitlog_total_space", "1024MiB");
    settings.put("memtable_allocation_type", "heap_buffers");
    settings.put("file_cache_size", "128MiB");
    settings.put("networking_cache_size", "32MiB");
    settings.put("key_cache_size", "16MiB");
    settings.put("counter_cache_size", "2MiB");
    settings.put("concurrent_reads", 16);
    settings.put("concurrent_writes", 16);
    settings.put("concurrent_counter_writes", 8);
    settings.put("concurrent_materialized_view_writes", 8);
    settings.put("concurrent_compactors", 1);
    settings.put("native_transport_max_threads", 32);
    // Nodes that share two cores answer late without being down.
    settings.put("write_request_timeout", "5000ms");
    // DROP and TRUNCATE free disk space immediately.
    settings.put("auto_snapshot", false);
  }

  /**
   * The tokens of each node, fixed before the start. Nodes with known tokens need not wait for each
   * other, and a cluster of the same size always has the same ring, so that failures that depend on
   * the ring are reproducible.
   *
   * <p>The ring is split into as many arcs as a node has tokens, and each arc into one section per
   * node. Each node gets one section of each arc and a random token within it. So ranges differ in
   * width by orders of magnitude, as in a real cluster, while nodes own similar shares.
   */
  static final class SandboxTokens {

    private static final long SEED = 0x52494e47L;
    private static final BigInteger RING = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger FIRST = BigInteger.valueOf(Long.MIN_VALUE);

    private SandboxTokens() {}

    /**
     * Allocates the tokens: one list of {@code vnodes} tokens for each node. All tokens are
     * different, and none is {@link Long#MIN_VALUE}, which is no row's token.
     */
    static List<List<Long>> allot(int nodes, int vnodes) {
      Random random = new Random(SEED);
      BigInteger slots = BigInteger.valueOf((long) nodes * vnodes);
      List<List<Long>> tokens = new ArrayList<>();
      List<Integer> order = new ArrayList<>();
      for (int node = 0; node < nodes; node++) {
        tokens.add(new ArrayList<>(vnodes));
        order.add(node);
      }
      long slot = 0;
      for (int arc = 0; arc < vnodes; arc++) {
        Collections.shuffle(order, random);
        for (int node : order) {
          BigInteger start = slotStart(slot, slots);
          BigInteger width = slotStart(slot + 1, slots).subtract(start);
          tokens.get(node).add(start.add(below(width, random)).longValueExact());
          slot++;
        }
      }
      return tokens;
    }

    /**
     * The tokens of a node that joins later: random positions in the ring, always the same for the
     * same node.
     */
    static List<Long> added(int node, int vnodes) {
      return new Random(SEED + node)
          .longs(Long.MIN_VALUE + 1, Long.MAX_VALUE)
          .distinct()
          .limit(vnodes)
          .boxed()
          .toList();
    }

    private static BigInteger slotStart(long slot, BigInteger slots) {
      return FIRST.add(RING.multiply(BigInteger.valueOf(slot)).divide(slots));
    }

    /**
     * A random number from 1 to below the width; 0 could give {@link Long#MIN_VALUE} in the first
     * section.
     */
    private static BigInteger below(BigInteger width, Random random) {
      return new BigInteger(64 + 8, random).mod(width.subtract(BigInteger.ONE)).add(BigInteger.ONE);
    }
  }
}
