package io.ringhaul.internal.ring;

import java.util.Arrays;

/** Chooses which nodes coordinate, for when there are to be fewer groups than nodes. */
final class OwnerChoice {

  private final ReplicaRuns runs;

  /** The runs of each node, one node after the other, and where a node's runs begin. */
  private final int[] runsOfNodes;

  private final int[] firstRun;

  private final boolean[] chosen;
  private final long[] gain;
  private final boolean[] covered;
  private int count;

  private OwnerChoice(ReplicaRuns runs) {
    this.runs = runs;
    int nodes = runs.nodeCount();
    chosen = new boolean[nodes];
    gain = new long[nodes];
    covered = new boolean[runs.count()];
    firstRun = new int[nodes + 1];
    for (int slot = runs.firstSlot(0); slot < runs.slots(); slot++) {
      firstRun[runs.node(slot) + 1]++;
    }
    Arrays.parallelPrefix(firstRun, Integer::sum);
    runsOfNodes = new int[firstRun[nodes]];
    int[] next = firstRun.clone();
    for (int run = 0; run < runs.count(); run++) {
      for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
        runsOfNodes[next[runs.node(slot)]++] = run;
      }
    }
  }

  /**
   * Nodes, so chosen that each run has one of them among its replicas. The greedy rule for set
   * cover: again and again the node that adds most of the ring, ties to the first one met.
   *
   * @param wanted how many nodes are wanted; it takes more if these do not hold the whole ring
   * @return whether each node is chosen
   */
  static boolean[] choose(ReplicaRuns runs, int wanted) {
    if (wanted >= runs.nodeCount()) {
      boolean[] all = new boolean[runs.nodeCount()];
      Arrays.fill(all, true);
      return all;
    }
    OwnerChoice choice = new OwnerChoice(runs);
    choice.cover(Integer.MAX_VALUE);
    while (choice.count < wanted) {
      // Cover the ring once more, so that further nodes are spread over it as well.
      choice.cover(wanted);
    }
    return choice.chosen;
  }

  private void cover(int wanted) {
    Arrays.fill(covered, false);
    for (int node = 0; node < gain.length; node++) {
      gain[node] = 0;
      for (int i = firstRun[node]; i < firstRun[node + 1]; i++) {
        gain[node] += worth(runsOfNodes[i]);
      }
    }
    for (int node = mostGain(); node >= 0 && count < wanted; node = mostGain()) {
      chosen[node] = true;
      count++;
      for (int i = firstRun[node]; i < firstRun[node + 1]; i++) {
        coverRun(runsOfNodes[i]);
      }
    }
  }

  private void coverRun(int run) {
    if (!covered[run]) {
      covered[run] = true;
      for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
        gain[runs.node(slot)] -= worth(run);
      }
    }
  }

  /** Never 0: the narrowest run needs an owner too. */
  private long worth(int run) {
    return runs.weight(run) + 1;
  }

  /** The node to choose next, or -1 if none that is left would add anything. */
  private int mostGain() {
    int best = -1;
    for (int node = 0; node < gain.length; node++) {
      if (!chosen[node] && gain[node] > (best < 0 ? 0 : gain[best])) {
        best = node;
      }
    }
    return best;
  }
}
