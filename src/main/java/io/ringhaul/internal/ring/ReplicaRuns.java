package io.ringhaul.internal.ring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A ring as runs: neighbouring ranges with the same set of replicas, joined. Runs are in ring order
 * and tile the ring; nodes are numbered by first occurrence.
 */
record ReplicaRuns(List<UUID> nodes, List<Run> runs) {

  /** A joined range, and the numbers of the nodes that hold its rows, the primary first. */
  static final class Run {

    private final long start;
    private final long end;
    private final int[] replicas;

    private Run(long start, long end, int[] replicas) {
      this.start = start;
      this.end = end;
      this.replicas = replicas;
    }

    /** Returns the token after which the run starts. */
    long start() {
      return start;
    }

    /** Returns the last token. */
    long end() {
      return end;
    }

    int replicaCount() {
      return replicas.length;
    }

    int node(int replica) {
      return replicas[replica];
    }

    boolean isOn(int node) {
      for (int each : replicas) {
        if (each == node) {
          return true;
        }
      }
      return false;
    }

    /**
     * Returns the width in units of four tokens, rounded up. Sums of weights fit in a signed long:
     * the weight of the whole ring is 2^62.
     */
    long weight() {
      return ((end - start - 1) >>> 2) + 1;
    }
  }

  static ReplicaRuns of(TokenRing ring) {
    Map<UUID, Integer> numbers = new HashMap<>();
    List<UUID> nodes = new ArrayList<>();
    List<ReplicatedRange> firsts = new ArrayList<>();
    ReplicatedRange last = null;
    for (ReplicatedRange range : ring.ranges()) {
      for (UUID node : range.replicas()) {
        if (numbers.putIfAbsent(node, nodes.size()) == null) {
          nodes.add(node);
        }
      }
      if (last == null || !haveSameNodes(last, range)) {
        firsts.add(range);
      }
      last = range;
    }
    // The last range and the first one are neighbours.
    if (last != null && firsts.size() > 1 && haveSameNodes(last, firsts.get(0))) {
      firsts.remove(0);
    }
    List<Run> runs = new ArrayList<>(firsts.size());
    for (int i = 0; i < firsts.size(); i++) {
      int[] replicas = firsts.get(i).replicas().stream().mapToInt(numbers::get).toArray();
      runs.add(new Run(start(firsts, i), start(firsts, (i + 1) % firsts.size()), replicas));
    }
    return new ReplicaRuns(nodes, runs);
  }

  private static boolean haveSameNodes(ReplicatedRange one, ReplicatedRange other) {
    return one.replicas().size() == other.replicas().size()
        && one.replicas().containsAll(other.replicas());
  }

  private static long start(List<ReplicatedRange> firsts, int run) {
    // If all nodes hold all rows, the one run starts where no range wraps.
    return firsts.size() == 1 ? Long.MIN_VALUE : firsts.get(run).range().startExclusive();
  }
}
