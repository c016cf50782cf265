package io.ringhaul.internal.ring;

/**
 * Gives each run to its replicas so that the owners' shares of the ring are even.
 *
 * <p>Each run starts with its first replica. Runs wider than a fraction of an even share are in
 * chunks. Then, sweep by sweep, chunks go from the replica of their run that has most to the one
 * that has least, as long as that makes the two more even; each step lowers the sum of the squared
 * loads, so it comes to an end. What was even from the start is left alone, and the chunks of one
 * replica make one piece of the run, so that few cuts are made.
 */
final class OwnerBalance {

  /** No chunk is wider than an even share divided by this. */
  static final int CHUNKS_PER_SHARE = 32;

  /** Bounds the time on a large ring, where far fewer sweeps do. */
  private static final long MOST_STEPS = 20_000_000;

  private static final int FEWEST_SWEEPS = 16;

  private final ReplicaRuns runs;
  private final boolean[] owners;

  /** The number of chunks of each run, and how many of them each slot has. */
  private final int[] chunks;

  private final int[] held;
  private final long[] load;

  private OwnerBalance(ReplicaRuns runs, boolean[] owners) {
    this.runs = runs;
    this.owners = owners;
    chunks = new int[runs.count()];
    held = new int[runs.slots()];
    load = new long[runs.nodeCount()];
  }

  /**
   * @param owners whether each node may own ranges; one replica of each run at least may
   */
  static OwnerBalance of(ReplicaRuns runs, boolean[] owners) {
    OwnerBalance balance = new OwnerBalance(runs, owners);
    balance.start();
    long sweeps = Math.max(FEWEST_SWEEPS, MOST_STEPS / runs.slots());
    while (sweeps > 0 && balance.sweep()) {
      sweeps--;
    }
    return balance;
  }

  /** The number of chunks a run is in. */
  int chunks(int run) {
    return chunks[run];
  }

  /** The number of its run's chunks that the replica in a slot owns. */
  int held(int slot) {
    return held[slot];
  }

  private void start() {
    int count = 0;
    for (boolean owner : owners) {
      count += owner ? 1 : 0;
    }
    // Rounded up, so that the whole ring in one run makes the same number of chunks for each owner.
    long limit = ((1L << 62) - 1) / count / CHUNKS_PER_SHARE + 1;
    for (int run = 0; run < chunks.length; run++) {
      int slot = runs.firstSlot(run);
      while (!owners[runs.node(slot)]) {
        slot++;
      }
      chunks[run] = (int) (runs.weight(run) / limit) + 1;
      held[slot] = chunks[run];
      load[runs.node(slot)] += chunkWeight(run) * chunks[run];
    }
  }

  private long chunkWeight(int run) {
    return runs.weight(run) / chunks[run];
  }

  private boolean sweep() {
    boolean moved = false;
    for (int run = 0; run < chunks.length; run++) {
      // A chunk without weight would never make anything more even.
      while (chunkWeight(run) > 0 && move(run)) {
        moved = true;
      }
    }
    return moved;
  }

  private boolean move(int run) {
    int most = -1;
    int least = -1;
    for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
      int node = runs.node(slot);
      if (!owners[node]) {
        continue;
      }
      if (held[slot] > 0 && (most < 0 || load[node] > load[runs.node(most)])) {
        most = slot;
      }
      if (least < 0 || load[node] < load[runs.node(least)]) {
        least = slot;
      }
    }
    long weight = chunkWeight(run);
    long difference = load[runs.node(most)] - load[runs.node(least)];
    if (difference <= weight) {
      return false;
    }
    int count = (int) Math.min(held[most], Math.max(1, difference / 2 / weight));
    held[most] -= count;
    held[least] += count;
    load[runs.node(most)] -= count * weight;
    load[runs.node(least)] += count * weight;
    return true;
  }
}
