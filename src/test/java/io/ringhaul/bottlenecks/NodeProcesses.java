package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of a cluster's nodes. They are children of this process, and name their folder on
 * their command line, which is too long for {@link ProcessHandle.Info}. Linux alone shows it so.
 */
final class NodeProcesses {

  private NodeProcesses() {}

  /** Those of all nodes. */
  static List<ProcessHandle> of(SandboxCluster cluster) throws IOException {
    return under(cluster.directory());
  }

  /** The one of a node. */
  static ProcessHandle of(SandboxCluster cluster, SandboxNode node) throws IOException {
    return under(cluster.directory().resolve("node" + node.number())).get(0);
  }

  private static List<ProcessHandle> under(Path folder) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path commandLine = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      if (Files.readString(commandLine).contains(folder + "/")) {
        found.add(child);
      }
    }
    return found;
  }
}
