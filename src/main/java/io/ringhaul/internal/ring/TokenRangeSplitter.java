package io.ringhaul.internal.ring;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a ring into groups of token ranges with a common replica. Each group becomes one task.
 *
 * <ol>
 *   <li>Neighbouring ranges with the same set of replicas are joined, so that virtual nodes do not
 *       multiply the queries.
 *   <li>Each range goes to one of its replicas, its owner. Wide ranges are cut so that owners have
 *       even shares of the ring: no owner has more than any other replica of one of its ranges by
 *       over 1/32 of an even share. On rings with millions of replicas the search stops after a
 *       bounded number of steps, possibly before it reaches that limit.
 *   <li>An owner's ranges are cut, in ring order, into groups whose widths differ by at most one
 *       token. Owners get groups in proportion to their widths, at least one each, so that the
 *       widest group is as narrow as possible.
 *   <li>The owners' groups are interleaved, each owner's spread evenly, so that consecutive groups
 *       have different owners.
 * </ol>
 *
 * <p>The ranges of all groups tile the ring exactly. The same ring gives the same groups in the
 * same order.
 */
public final class TokenRangeSplitter {

  /** Maximum number of groups. */
  public static final int MAX_TASK_COUNT = 1_000_000;

  private TokenRangeSplitter() {}

  /**
   * Cuts the ring into about {@code taskCount} groups. The number is exact if it is at least the
   * number of nodes. Otherwise a greedy set cover selects owners first (repeatedly the node that
   * adds most of the ring), and each owner makes one group. If {@code taskCount} owners do not hold
   * the whole ring, the result has more groups, up to the size of the cover. If every node holds
   * all rows, one group is possible; with a replication factor of 1, each node that has tokens
   * makes at least one group.
   *
   * @param ring the ring to cut
   * @param taskCount number of groups, from 1 to {@link #MAX_TASK_COUNT}
   * @return the groups in the order to run them; unmodifiable
   * @throws InvalidSettingException if {@code taskCount} is out of bounds
   */
  public static List<TokenRangeGroup> split(TokenRing ring, int taskCount) {
    if (taskCount < 1 || taskCount > MAX_TASK_COUNT) {
      throw new InvalidSettingException(
          "taskCount", "taskCount is " + taskCount + "; it takes 1 to " + MAX_TASK_COUNT);
    }
    ReplicaRuns runs = ReplicaRuns.of(ring);
    OwnerBalance balance = OwnerBalance.of(runs, OwnerChoice.choose(runs, taskCount));
    OwnedPieces pieces = OwnedPieces.of(runs, balance);
    List<Integer> owners = new ArrayList<>();
    for (int node = 0; node < runs.nodeCount(); node++) {
      if (pieces.isOwner(node)) {
        owners.add(node);
      }
    }
    int[] counts =
        GroupCounts.of(owners.stream().mapToLong(pieces::widthMinusOne).toArray(), taskCount);
    List<List<TokenRangeGroup>> groups = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      groups.add(pieces.groups(owners.get(i), counts[i]));
    }
    return Collections.unmodifiableList(Interleaving.of(groups));
  }

  /** Calculates the number of groups of each owner. */
  static final class GroupCounts {

    private GroupCounts() {}

    /**
     * Distributes groups by width so that the widest group is as narrow as the total allows: each
     * owner gets its width divided by that of the widest group, rounded up, so at least one.
     *
     * @param widthsMinusOne width of each owner, less one, unsigned; together the whole ring
     * @param total number of groups, far below the number of tokens
     * @return the count of each owner; the sum is the total, or the number of owners if that is
     *     larger
     */
    static int[] of(long[] widthsMinusOne, int total) {
      int owners = widthsMinusOne.length;
      int[] counts = new int[owners];
      if (owners >= total) {
        Arrays.fill(counts, 1);
        return counts;
      }
      // Bisect, unsigned, for the smallest group width with which the total is sufficient.
      long low = 1;
      long high = -1;
      while (low != high) {
        long middle = low + ((high - low) >>> 1);
        if (sum(widthsMinusOne, middle, total) <= total) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      int left = total;
      for (int i = 0; i < owners; i++) {
        counts[i] = (int) groups(widthsMinusOne[i], low);
        left -= counts[i];
      }
      // Several owners may be at the threshold of one more group. The first ones get the remaining
      // groups.
      for (int i = 0; i < owners && left > 0; i++) {
        if (groups(widthsMinusOne[i], low - 1) > counts[i]) {
          counts[i]++;
          left--;
        }
      }
      return counts;
    }

    private static long groups(long widthMinusOne, long groupWidth) {
      return Long.divideUnsigned(widthMinusOne, groupWidth) + 1;
    }

    /**
     * Returns the number of groups of a width. Any result above the limit means only that the limit
     * is exceeded.
     */
    private static long sum(long[] widthsMinusOne, long groupWidth, int limit) {
      long sum = 0;
      for (long width : widthsMinusOne) {
        // One less than groups(), which would overflow for the whole ring in groups of one token.
        long full = Long.divideUnsigned(width, groupWidth);
        if (Long.compareUnsigned(full, limit) >= 0) {
          return limit + 1L;
        }
        sum += full + 1;
      }
      return sum;
    }
  }

  /**
   * Merges lists so that the elements of each are spread evenly over the result; lists of the same
   * length alternate round robin. Two elements of one list are adjacent only if that list has more
   * than half of all elements, and only as often as necessary.
   */
  static final class Interleaving<T> {

    private final PriorityQueue<Cursor<T>> queue = new PriorityQueue<>();
    private @Nullable Cursor<T> longest;
    private int left;

    private Interleaving(List<List<T>> lists) {
      for (int i = 0; i < lists.size(); i++) {
        Cursor<T> cursor = new Cursor<>(lists.get(i), i);
        left += cursor.left();
        if (cursor.left() > 0) {
          queue.add(cursor);
        }
        if (longest == null || cursor.left() > longest.left()) {
          longest = cursor;
        }
      }
    }

    static <T> List<T> of(List<List<T>> lists) {
      return new Interleaving<>(lists).merge();
    }

    private List<T> merge() {
      List<T> result = new ArrayList<>(left);
      Cursor<T> last = null;
      for (Cursor<T> next = poll(last); next != null; next = poll(last)) {
        result.add(next.list.get(next.taken++));
        left--;
        if (next.left() > 0) {
          queue.add(next);
        }
        last = next;
      }
      return result;
    }

    /** Returns the list to take the next element from; not the last one again if possible. */
    private @Nullable Cursor<T> poll(@Nullable Cursor<T> last) {
      Cursor<T> most = longest;
      // From here on, every second element must come from the longest list.
      if (most != null && most != last && 2 * most.left() > left && queue.remove(most)) {
        return most;
      }
      Cursor<T> next = queue.poll();
      if (next == null || next != last) {
        return next;
      }
      Cursor<T> other = queue.poll();
      if (other == null) {
        return next;
      }
      queue.add(next);
      return other;
    }

    private static final class Cursor<T> implements Comparable<Cursor<T>> {
      private final List<T> list;
      private final int number;
      private int taken;

      Cursor(List<T> list, int number) {
        this.list = list;
        this.number = number;
      }

      int left() {
        return list.size() - taken;
      }

      /** Orders by the relative position of the next element, from 0 to 1: (taken + 1/2) / size. */
      @Override
      public int compareTo(Cursor<T> other) {
        int byPlace =
            Long.compare(
                (2L * taken + 1) * other.list.size(), (2L * other.taken + 1) * list.size());
        return byPlace != 0 ? byPlace : Integer.compare(number, other.number);
      }
    }
  }

  /** The parts of runs that each owner has, and their cut into groups of even width. */
  private static final class OwnedPieces {

    private final ReplicaRuns runs;

    /** The pieces, grouped by owner, and in ring order within each owner. */
    private final long[] starts;

    private final long[] ends;
    private final int[] runOfPiece;
    private final int[] firstPiece;

    /** For {@link #commonReplicas}: the last piece that lists each node. */
    private final int[] metIn;

    private OwnedPieces(ReplicaRuns runs, int[] firstPiece) {
      this.runs = runs;
      this.firstPiece = firstPiece;
      int count = firstPiece[runs.nodeCount()];
      starts = new long[count];
      ends = new long[count];
      runOfPiece = new int[count];
      metIn = new int[runs.nodeCount()];
    }

    static OwnedPieces of(ReplicaRuns runs, OwnerBalance balance) {
      int[] firstPiece = new int[runs.nodeCount() + 1];
      for (int slot = runs.firstSlot(0); slot < runs.slots(); slot++) {
        firstPiece[runs.node(slot) + 1] += balance.held(slot) > 0 ? 1 : 0;
      }
      Arrays.parallelPrefix(firstPiece, Integer::sum);
      OwnedPieces pieces = new OwnedPieces(runs, firstPiece);
      int[] next = firstPiece.clone();
      for (int run = 0; run < runs.count(); run++) {
        EvenShares shares = EvenShares.of(runs.widthMinusOne(run), balance.chunks(run));
        int done = 0;
        for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
          if (balance.held(slot) > 0) {
            int piece = next[runs.node(slot)]++;
            pieces.starts[piece] = runs.start(run) + shares.first(done);
            done += balance.held(slot);
            pieces.ends[piece] = runs.start(run) + shares.first(done);
            pieces.runOfPiece[piece] = run;
          }
        }
      }
      return pieces;
    }

    /** Returns whether a node owns a piece. */
    boolean isOwner(int node) {
      return firstPiece[node] < firstPiece[node + 1];
    }

    /** Returns the number of tokens of an owner, less one, unsigned. */
    long widthMinusOne(int node) {
      long sum = -1;
      for (int piece = firstPiece[node]; piece < firstPiece[node + 1]; piece++) {
        sum += ends[piece] - starts[piece];
      }
      return sum;
    }

    /**
     * Cuts an owner's pieces, in ring order, into groups whose widths differ by at most one token.
     *
     * @param count number of groups, at most the number of the owner's tokens
     */
    List<TokenRangeGroup> groups(int node, int count) {
      EvenShares shares = EvenShares.of(widthMinusOne(node), count);
      List<TokenRangeGroup> result = new ArrayList<>(count);
      int piece = firstPiece[node];
      long start = starts[piece];
      for (int group = 0; group < count; group++) {
        List<TokenRange> ranges = new ArrayList<>();
        int first = piece;
        // The width less one, since that of the whole ring does not fit in a long.
        long open = shares.share(group) - 1;
        while (Long.compareUnsigned(ends[piece] - start - 1, open) < 0) {
          ranges.add(new TokenRange(start, ends[piece]));
          open -= ends[piece] - start;
          piece++;
          start = starts[piece];
        }
        long end = start + open + 1;
        ranges.add(new TokenRange(start, end));
        result.add(new TokenRangeGroup(commonReplicas(node, first, piece), ranges));
        start = end;
        if (end == ends[piece] && group + 1 < count) {
          piece++;
          start = starts[piece];
        }
      }
      return result;
    }

    /** Returns the replicas that all pieces from first to last have in common, the owner first. */
    private List<UUID> commonReplicas(int owner, int first, int last) {
      List<Integer> others = new ArrayList<>();
      int run = runOfPiece[first];
      for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
        if (runs.node(slot) != owner) {
          others.add(runs.node(slot));
        }
      }
      for (int piece = first + 1; piece <= last && !others.isEmpty(); piece++) {
        run = runOfPiece[piece];
        for (int slot = runs.firstSlot(run); slot < runs.firstSlot(run + 1); slot++) {
          metIn[runs.node(slot)] = piece;
        }
        int current = piece;
        others.removeIf(node -> metIn[node] != current);
      }
      List<UUID> result = new ArrayList<>(others.size() + 1);
      result.add(runs.host(owner));
      others.forEach(node -> result.add(runs.host(node)));
      return result;
    }
  }

  /** Selects the coordinating nodes if there are to be fewer groups than nodes. */
  private static final class OwnerChoice {

    private final ReplicaRuns runs;

    /** The runs, grouped by node; {@link #firstRun} has the start of each node's runs. */
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
     * Selects nodes so that each run has at least one of them among its replicas. Uses the greedy
     * rule for set cover: repeatedly the node that adds most of the ring, on a tie the first one.
     *
     * @param wanted number of nodes; the result has more if these do not hold the whole ring
     * @return whether each node is selected
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
        // Cover the ring once more, to spread further nodes over it too.
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

    /** Never 0, because the narrowest run needs an owner too. */
    private long worth(int run) {
      return runs.weight(run) + 1;
    }

    /** Returns the node to select next, or -1 if none of the remaining nodes adds a run. */
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

  /**
   * Assigns each run to its replicas so that the owners' shares of the ring are even.
   *
   * <p>Each run starts at its first replica. Runs wider than a fraction of an even share are
   * divided into chunks. Sweeps then move chunks from the most loaded replica of a run to the least
   * loaded one, as long as that makes the two more even. Each step lowers the sum of the squared
   * loads, so the sweeps terminate. Balanced runs stay as they are, and the chunks of one replica
   * form one piece of the run, so there are few cuts.
   */
  static final class OwnerBalance {

    /** Maximum width of a chunk, as the divisor of an even share. */
    static final int CHUNKS_PER_SHARE = 32;

    /** Limits the time on large rings, where far fewer sweeps are sufficient. */
    private static final long MOST_STEPS = 20_000_000;

    private static final int FEWEST_SWEEPS = 16;

    private final ReplicaRuns runs;
    private final boolean[] owners;

    /** The number of chunks of each run, and how many of them each replica entry has. */
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
     * @param owners whether each node may own ranges; at least one replica of each run must
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

    /** Returns the number of chunks of a run. */
    int chunks(int run) {
      return chunks[run];
    }

    /** Returns the number of chunks that a replica entry of a run owns. */
    int held(int slot) {
      return held[slot];
    }

    private void start() {
      int count = 0;
      for (boolean owner : owners) {
        count += owner ? 1 : 0;
      }
      // Rounded up, so that a ring of one run gives each owner the same number of chunks.
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
        // Moving a chunk of weight 0 does not make the loads more even.
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
}
