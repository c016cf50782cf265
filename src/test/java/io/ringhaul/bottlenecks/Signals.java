package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;

/** Suspends the processes of a cluster's nodes until it is closed. */
final class Signals implements AutoCloseable {

  private final SandboxCluster cluster;

  private Signals(SandboxCluster cluster) {
    this.cluster = cluster;
  }

  /** Suspends all nodes. */
  static Signals suspend(SandboxCluster cluster) throws IOException, InterruptedException {
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
