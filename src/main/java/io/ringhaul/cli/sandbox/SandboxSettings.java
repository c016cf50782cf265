package io.ringhaul.cli.sandbox;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The checked settings of a {@link SandboxClusterBuilder}.
 *
 * @param version Cassandra's full version
 * @param datacenters number of nodes in each data centre, at least one
 * @param racks number of racks that the nodes of a data centre are in, in turn
 * @param directory the folder of all nodes
 * @param ownDirectory whether the cluster deletes the folder on close
 * @param settings values of {@code cassandra.yaml} that override the sandbox's values
 * @param jvmOptions options that follow the sandbox's options
 */
record SandboxSettings(
    String version,
    List<Integer> datacenters,
    int racks,
    int vnodes,
    Path directory,
    boolean ownDirectory,
    int heapMegabytes,
    int port,
    int storagePort,
    int jmxPort,
    Path javaHome,
    Map<String, Object> settings,
    List<String> jvmOptions,
    Duration startTimeout,
    Consumer<String> progress) {

  /**
   * The address of a node as text.
   *
   * @param node number of the node, from 1
   */
  static String host(int node) {
    return "127.0.0." + node;
  }

  /** The number of all nodes. */
  int nodes() {
    return datacenters.stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * The data centre of a node: {@code dc1} contains the first nodes, {@code dc2} the next ones. A
   * node that joins later is in {@code dc1}.
   */
  String datacenter(int node) {
    int first = 1;
    for (int i = 0; i < datacenters.size(); i++) {
      first += datacenters.get(i);
      if (node < first) {
        return "dc" + (i + 1);
      }
    }
    return SandboxCluster.DATACENTER;
  }

  String rack(int node) {
    int first = 1;
    for (int size : datacenters) {
      if (node < first + size) {
        break;
      }
      first += size;
    }
    return "rack" + ((node - first) % racks + 1);
  }

  InetSocketAddress cqlAddress(int node) {
    return new InetSocketAddress(loopback(node), port);
  }

  /**
   * The JMX port of a node: all nodes listen for JMX on 127.0.0.1, so each needs a different port.
   */
  int jmxPort(int node) {
    return jmxPort + node - 1;
  }

  String seeds() {
    return IntStream.rangeClosed(1, nodes())
        .mapToObj(node -> host(node) + ":" + storagePort)
        .collect(Collectors.joining(","));
  }

  /** The ports that a node listens on. */
  List<PortCheck.Listener> listeners(int node) {
    List<PortCheck.Listener> listeners = new ArrayList<>();
    listeners.add(new PortCheck.Listener("CQL", cqlAddress(node)));
    listeners.add(
        new PortCheck.Listener("storage", new InetSocketAddress(loopback(node), storagePort)));
    listeners.add(new PortCheck.Listener("JMX", new InetSocketAddress(loopback(1), jmxPort(node))));
    return listeners;
  }

  /** Whether clients must log in; the first start then creates the default superuser. */
  boolean authenticates() {
    return String.valueOf(settings.get("authenticator")).contains("PasswordAuthenticator");
  }

  private static InetAddress loopback(int node) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) node});
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are always an address", e);
    }
  }
}
