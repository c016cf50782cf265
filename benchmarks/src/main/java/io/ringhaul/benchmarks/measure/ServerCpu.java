package io.ringhaul.benchmarks.measure;

/** The processor time of the cluster, whose nodes are children of this process. */
public final class ServerCpu {

  private ServerCpu() {}

  /** What the nodes have used so far, in seconds; to be asked while no other child runs. */
  public static double seconds() {
    return ProcessHandle.current()
        .children()
        .mapToDouble(node -> node.info().totalCpuDuration().orElseThrow().toNanos() / 1e9)
        .sum();
  }
}
