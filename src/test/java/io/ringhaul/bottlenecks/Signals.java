package io.ringhaul.bottlenecks;

import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /**
   * The nodes are children of this process, and name their folder on their command line, which is
   * too long for {@link ProcessHandle.Info}. Linux alone shows it so.
   */
  private void signal(String name) throws IOException, InterruptedException {
    String folder = cluster.directory().toString();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path commandLine = Path.of("/proc", Long.toString(child.pid()), "cmdline");
      if (Files.readString(commandLine).contains(folder)) {
        new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start().waitFor();
      }
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    signal("CONT");
  }
}
