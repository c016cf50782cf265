package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;
import java.util.List;

/** Suspends the processes of nodes until it is closed. */
final class Signals implements AutoCloseable {

  private final List<ProcessHandle> nodes;

  private Signals(List<ProcessHandle> nodes) {
    this.nodes = nodes;
  }

  /** Suspends all nodes. */
  static Signals suspend(SandboxCluster cluster) throws IOException, InterruptedException {
    return suspend(NodeProcesses.of(cluster));
  }

  /** Suspends these nodes. */
  static Signals suspend(List<ProcessHandle> nodes) throws IOException, InterruptedException {
    Signals signals = new Signals(nodes);
    signals.signal("STOP");
    return signals;
  }

  private void signal(String name) throws IOException, InterruptedException {
    for (ProcessHandle node : nodes) {
      new ProcessBuilder("kill", "-" + name, Long.toString(node.pid())).start().waitFor();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    signal("CONT");
  }
}
