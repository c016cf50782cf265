package io.ringhaul.internal.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A ring as runs: neighbouring ranges with the same set of replicas, joined. Runs are numbered in
 * the order of the ring and tile it; nodes are numbered as they are met. Held in plain arrays: a
 * large cluster has hundreds of thousands of runs.
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
    // The last range is the neighbour of the first one.
    int from = runs > 1 && Arrays.equals(set, firstSet) ? 1 : 0;
    long[] runStarts = Arrays.copyOfRange(starts, from, runs);
    if (runStarts.length == 1) {
      // All nodes hold all rows: begin where no range has to pass the end of the ring.
      runStarts[0] = Long.MIN_VALUE;
    }
    int[] runOffsets = Arrays.copyOfRange(offsets, from, runs + 1);
    return new ReplicaRuns(nodes, runStarts, runOffsets, members);
  }

  int count() {
    return starts.length;
  }

  /** The token after which a run starts. */
  long start(int run) {
    return starts[run];
  }

  /** The last token of a run. */
  long end(int run) {
    return starts[run + 1 == starts.length ? 0 : run + 1];
  }

  /** The number of tokens less one, unsigned. */
  long widthMinusOne(int run) {
    return end(run) - start(run) - 1;
  }

  /**
   * The width in units of four tokens, rounded down: all weights together are below 2^62, so sums
   * and differences of them stay within a signed long.
   */
  long weight(int run) {
    return widthMinusOne(run) >>> 2;
  }

  /** The slot of a run's first replica; its slots end where those of the next run begin. */
  int firstSlot(int run) {
    return offsets[run];
  }

  /** The number above all slots. */
  int slots() {
    return offsets[starts.length];
  }

  /** The node in a slot. */
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
