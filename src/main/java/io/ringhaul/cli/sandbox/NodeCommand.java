package io.ringhaul.cli.sandbox;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a node's process. */
final class NodeCommand {

  private static final int FIRST_HEAP_MEGABYTES = 256;

  private static final List<String> EXPORTS =
      List.of(
          "java.base/java.lang.ref",
          "java.base/jdk.internal.misc",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.management.rmi/com.sun.jmx.remote.internal.rmi",
          "java.rmi/sun.rmi.registry",
          "java.rmi/sun.rmi.server",
          "java.sql/java.sql",
          "jdk.unsupported/sun.misc");

  private static final List<String> OPENS =
      List.of(
          "java.base/java.io",
          "java.base/java.lang",
          "java.base/java.lang.module",
          "java.base/java.lang.reflect",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.loader",
          "java.base/jdk.internal.math",
          "java.base/jdk.internal.module",
          "java.base/jdk.internal.ref",
          "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.util.jar",
          "java.base/sun.nio.ch",
          "java.rmi/sun.rmi.transport.tcp",
          "jdk.management/com.sun.management.internal");

  private NodeCommand() {}

  static List<String> of(SandboxSettings cluster, int node, NodeFiles files, List<Path> classPath) {
    List<String> command = new ArrayList<>();
    command.add(cluster.javaHome().resolve("bin").resolve("java").toString());
    command.addAll(virtualMachine(cluster, files));
    command.addAll(access());
    command.addAll(cassandra(cluster, node, files));
    command.addAll(cluster.jvmOptions());
    command.add("-cp");
    command.add(joined(classPath, files.classes()));
    command.add(NodeMain.class.getName());
    return command;
  }

  private static List<String> virtualMachine(SandboxSettings cluster, NodeFiles files) {
    int heap = cluster.heapMegabytes();
    return List.of(
        // Cassandra locks its memory: what is asked for at the start is resident at once.
        "-Xms" + Math.min(heap, FIRST_HEAP_MEGABYTES) + "m",
        "-Xmx" + heap + "m",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:+PerfDisableSharedMem",
        // Some nodes on a few cores: no compiler and no collector that work beside them.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=" + files.temporary(),
        "-Djna.tmpdir=" + files.temporary(),
        "-Djava.net.preferIPv4Stack=true",
        "-Djava.rmi.server.hostname=127.0.0.1",
        "-Djdk.attach.allowAttachSelf=true",
        "-Dio.netty.tryReflectionSetAccessible=true");
  }

  private static List<String> access() {
    List<String> options = new ArrayList<>();
    EXPORTS.forEach(name -> options.add("--add-exports=" + name + "=ALL-UNNAMED"));
    OPENS.forEach(name -> options.add("--add-opens=" + name + "=ALL-UNNAMED"));
    return options;
  }

  private static List<String> cassandra(SandboxSettings cluster, int node, NodeFiles files) {
    return List.of(
        "-Dcassandra.config=" + files.yaml().toUri(),
        "-Dcassandra-rackdc.properties=" + files.rack().toUri(),
        "-Dlogback.configurationFile=" + files.logback(),
        "-Dcassandra.storagedir=" + files.data(),
        "-Dcassandra.logdir=" + files.logs(),
        "-Dcassandra.jmx.local.port=" + cluster.jmxPort(node),
        // Else each start measures it, for a second or more.
        "-Dcassandra.memtable.row_overhead_size=181",
        // Without it Cassandra closes its standard output and says nothing when it fails.
        "-Dcassandra-foreground=yes",
        // The cluster waits until its nodes agree; the nodes need not wait on suspicion. One that
        // joins later must: without the schema it would take over ranges without their rows.
        "-Dcassandra.skip_wait_for_gossip_to_settle=" + (node > cluster.nodes() ? -1 : 0),
        "-Dcassandra.ring_delay_ms=" + (node > cluster.nodes() ? 10_000 : 1_000),
        "-Dcassandra.consistent.rangemovement=false",
        "-Dcassandra.shutdown_announce_in_ms=200",
        "-Dcassandra.superuser_setup_delay_ms=0");
  }

  private static String joined(List<Path> classPath, Path last) {
    List<String> entries = new ArrayList<>();
    classPath.forEach(entry -> entries.add(entry.toString()));
    entries.add(last.toString());
    return String.join(File.pathSeparator, entries);
  }
}
