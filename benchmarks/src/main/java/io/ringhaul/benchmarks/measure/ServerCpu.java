package io.ringhaul.benchmarks.measure;

/** CPU time of the cluster's nodes, which are children of this process. */
public final class ServerCpu {

  private ServerCpu() {}

  /** Returns the CPU seconds of the nodes so far. No other child process may run. */
  public static double seconds() {
    return ProcessHandle.current()
        .children()
        .mapToDouble(node -> node.info().totalCpuDuration().orElseThrow().toNanos() / 1e9)
        .sum();
  }
}
