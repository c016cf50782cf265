package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the operating system processes of a cluster's nodes. The nodes are children of this process
 * and have their folder on the command line, which is too long for {@link ProcessHandle.Info}, so
 * this class reads it from {@code /proc} and works on Linux only.
 */
final class NodeProcesses {

  private NodeProcesses() {}

  /** Returns the processes of all nodes that this process started. */
  static List<ProcessHandle> ofThisProcess() throws IOException {
    return with("NodeMain");
  }

  /** Returns the processes of all nodes. */
  static List<ProcessHandle> of(SandboxCluster cluster) throws IOException {
    return with(cluster.directory() + "/");
  }

  /** Returns the process of a node. */
  static ProcessHandle of(SandboxCluster cluster, SandboxNode node) throws IOException {
    return with(cluster.directory().resolve("node" + node.number()) + "/").get(0);
  }

  private static List<ProcessHandle> with(String argument) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path commandLine = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      if (Files.readString(commandLine).contains(argument)) {
        found.add(child);
      }
    }
    return found;
  }
}
