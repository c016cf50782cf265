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

/** A node's {@code cassandra.yaml}: small, for two cores and a small heap. */
final class CassandraYaml {

  /** What the cluster decides for each node, so a setting of the user's cannot. */
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

  private static final ObjectMapper JSON = new ObjectMapper();

  private CassandraYaml() {}

  /**
   * The file's text. Each value is written as JSON, which YAML contains.
   *
   * @param node from 1
   * @param data the folder for everything that the node stores
   */
  static String of(SandboxSettings cluster, int node, Path data) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("cluster_name", "ringhaul-sandbox");
    putIdentity(settings, cluster, node);
    putFolders(settings, data);
    putSizes(settings);
    settings.putAll(cluster.settings());
    StringBuilder yaml = new StringBuilder();
    settings.forEach((name, value) -> yaml.append(line(name, value)));
    return yaml.toString();
  }

  /**
   * One line of the file.
   *
   * @throws InvalidSettingException if the value is not made of strings, numbers, booleans, lists
   *     and maps
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
    // The first nodes start empty and together: nothing to stream, and nobody to wait for.
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

  /** Cassandra's defaults suit a server of many cores. */
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
    // Nodes that share two cores answer late, and are not down for that.
    settings.put("write_request_timeout", "5000ms");
    // A DROP or TRUNCATE frees its disk space at once.
    settings.put("auto_snapshot", false);
  }

  /**
   * The tokens of each node, decided before the start. Nodes that know their tokens need not wait
   * for one another, and the same cluster always has the same ring, so that a failure that depends
   * on the ring comes back.
   *
   * <p>The ring is cut into as many arcs as a node has tokens, and each arc into one slot a node;
   * each node takes one slot of each arc, and a random place within it. So ranges differ in width
   * by orders of magnitude, as they do in a real cluster, yet no node owns much more than another.
   */
  static final class SandboxTokens {

    private static final long SEED = 0x52494e47L;
    private static final BigInteger RING = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger FIRST = BigInteger.valueOf(Long.MIN_VALUE);

    private SandboxTokens() {}

    /**
     * One list of {@code vnodes} tokens for each of {@code nodes} nodes, all different, none of
     * them {@link Long#MIN_VALUE}, which is no row's token.
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

    /** The tokens of a node that joins later: anywhere in the ring, always the same. */
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

    /** From 1, so that the first slot cannot give {@link Long#MIN_VALUE}, to below the width. */
    private static BigInteger below(BigInteger width, Random random) {
      return new BigInteger(64 + 8, random).mod(width.subtract(BigInteger.ONE)).add(BigInteger.ONE);
    }
  }
}
