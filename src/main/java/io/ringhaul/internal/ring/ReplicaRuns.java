package io.ringhaul.internal.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A ring as runs. A run joins neighbouring ranges with the same set of replicas. Runs are numbered
 * in ring order and tile the ring; nodes are numbered by first occurrence. Plain arrays keep a
 * large cluster's hundreds of thousands of runs small.
 */
final class ReplicaRuns {

  private final List<UUID> nodes;
  private final long[] starts;
  private final int[] offsets;
  private final int[] members;

  private ReplicaRuns(List<UUID> nodes, long[] starts, int[] offsets, int[] members) {
    this.nodes = nodes;
    this.starts = starts;
    this.offsets = offsets;
    this.members = members;
  }

  static ReplicaRuns of(TokenRing ring) {
    List<ReplicatedRange> ranges = ring.ranges();
    Map<UUID, Integer> numbers = new HashMap<>();
    List<UUID> nodes = new ArrayList<>();
    long[] starts = new long[ranges.size()];
    int[] offsets = new int[ranges.size() + 1];
    int[] members = new int[Math.max(16, ranges.size())];
    int runs = 0;
    int[] firstSet = new int[0];
    int[] set = new int[0];
    for (ReplicatedRange range : ranges) {
      int[] replicas = new int[range.replicas().size()];
      for (int i = 0; i < replicas.length; i++) {
        UUID node = range.replicas().get(i);
        Integer number = numbers.putIfAbsent(node, nodes.size());
        if (number == null) {
          nodes.add(node);
        }
        replicas[i] = number == null ? nodes.size() - 1 : number;
      }
      int[] sorted = replicas.clone();
      Arrays.sort(sorted);
      if (runs > 0 && Arrays.equals(sorted, set)) {
        continue;
      }
      int end = offsets[runs] + replicas.length;
      if (end > members.length) {
        members = Arrays.copyOf(members, Math.max(end, 2 * members.length));
      }
      System.arraycopy(replicas, 0, members, offsets[runs], replicas.length);
      starts[runs] = range.range().startExclusive();
      runs++;
      offsets[runs] = end;
      set = sorted;
      if (runs == 1) {
        firstSet = sorted;
      }
    }
    // The last range and the first one are neighbours.
    int from = runs > 1 && Arrays.equals(set, firstSet) ? 1 : 0;
    long[] runStarts = Arrays.copyOfRange(starts, from, runs);
    if (runStarts.length == 1) {
      // All nodes hold all rows, so start the run where no range wraps.
      runStarts[0] = Long.MIN_VALUE;
    }
    int[] runOffsets = Arrays.copyOfRange(offsets, from, runs + 1);
    return new ReplicaRuns(nodes, runStarts, runOffsets, members);
  }

  int count() {
    return starts.length;
  }

  /** Returns the token after which a run starts. */
  long start(int run) {
    return starts[run];
  }

  /** Returns the last token of a run. */
  long end(int run) {
    return starts[run + 1 == starts.length ? 0 : run + 1];
  }

  /** Returns the number of tokens less one, unsigned. */
  long widthMinusOne(int run) {
    return end(run) - start(run) - 1;
  }

  /**
   * Returns the width in units of four tokens, rounded down. The sum of all weights is below 2^62,
   * so sums and differences fit in a signed long.
   */
  long weight(int run) {
    return widthMinusOne(run) >>> 2;
  }

  /**
   * Returns the array index of a run's first replica. The run's replicas end where those of the
   * next run start.
   */
  int firstSlot(int run) {
    return offsets[run];
  }

  /** Returns the number of replica entries of all runs. */
  int slots() {
    return offsets[starts.length];
  }

  /** Returns the node at a replica index. */
  int node(int slot) {
    return members[slot];
  }

  int nodeCount() {
    return nodes.size();
  }

  UUID host(int node) {
    return nodes.get(node);
  }
}
