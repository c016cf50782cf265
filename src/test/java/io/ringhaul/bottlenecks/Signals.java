package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;

/** Takes the processor from a cluster's nodes until it is closed: they are silent. */
final class Signals implements AutoCloseable {

  private final SandboxCluster cluster;

  private Signals(SandboxCluster cluster) {
    this.cluster = cluster;
  }

  /** The nodes do nothing. */
  static Signals silence(SandboxCluster cluster) throws IOException, InterruptedException {
    Signals signals = new Signals(cluster);
    signals.signal("STOP");
    return signals;
  }

  private void signal(String name) throws IOException, InterruptedException {
    for (ProcessHandle node : NodeProcesses.of(cluster)) {
      new ProcessBuilder("kill", "-" + name, Long.toString(node.pid())).start().waitFor();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    signal("CONT");
  }
}
