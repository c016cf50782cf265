package io.ringhaul.internal.ring;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.ring.ReplicaRuns.Run;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
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
 *       over 1/32 of an even share. On very large rings the search may stop before that.
 *   <li>An owner's ranges are cut, in ring order, into groups whose widths differ by at most one
 *       token. Owners get groups in proportion to their widths, at least one each, so that the
 *       widest group is as narrow as possible.
 *   <li>The owners' groups are interleaved, each owner's spread evenly, so that consecutive groups
 *       have different owners.
 * </ol>
 *
 * <p>A ring of tablets is cut at their borders instead, see {@link TabletGroups}.
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
    if (ring.isOnTablets()) {
      return Collections.unmodifiableList(TabletGroups.of(ring, taskCount));
    }
    ReplicaRuns runs = ReplicaRuns.of(ring);
    List<Owner> owners = OwnerBalance.balance(runs, OwnerChoice.choose(runs, taskCount));
    int[] counts =
        groupCounts(owners.stream().mapToLong(Owner::widthMinusOne).toArray(), taskCount);
    List<List<TokenRangeGroup>> groups = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      groups.add(owners.get(i).groups(counts[i], runs.nodes()));
    }
    return Collections.unmodifiableList(Interleaving.of(groups));
  }

  /**
   * Distributes groups so that the widest group is as narrow as the total allows: each owner gets
   * one, and each further group goes to the owner whose groups are widest.
   *
   * @param widthsMinusOne width of each owner, less one, unsigned; together the whole ring
   * @param total number of groups, far below the number of tokens
   * @return the count of each owner; the sum is the total, or the number of owners if that is
   *     larger
   */
  static int[] groupCounts(long[] widthsMinusOne, int total) {
    int[] counts = new int[widthsMinusOne.length];
    Arrays.fill(counts, 1);
    Comparator<Integer> widestFirst =
        (one, other) ->
            Long.compareUnsigned(
                Long.divideUnsigned(widthsMinusOne[other], counts[other]),
                Long.divideUnsigned(widthsMinusOne[one], counts[one]));
    PriorityQueue<Integer> owners =
        new PriorityQueue<>(widestFirst.thenComparing(Comparator.naturalOrder()));
    for (int owner = 0; owner < counts.length; owner++) {
      owners.add(owner);
    }
    for (int left = total - counts.length; left > 0; left--) {
      int widest = owners.remove();
      counts[widest]++;
      owners.add(widest);
    }
    return counts;
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

  /** A part of a run with one owner. */
  private record Piece(Run run, long start, long end) {}

  /** A node and the pieces that it owns, in ring order. */
  private static final class Owner {

    private final int node;
    private final List<Piece> pieces = new ArrayList<>();

    Owner(int node) {
      this.node = node;
    }

    /** Returns the number of tokens, less one, unsigned. */
    long widthMinusOne() {
      long sum = -1;
      for (Piece piece : pieces) {
        sum += piece.end - piece.start;
      }
      return sum;
    }

    /**
     * Cuts the pieces into groups whose widths differ by at most one token.
     *
     * @param count number of groups, at most the number of tokens
     * @param hosts the host id of each node
     */
    List<TokenRangeGroup> groups(int count, List<UUID> hosts) {
      EvenShares shares = EvenShares.of(widthMinusOne(), count);
      List<TokenRangeGroup> result = new ArrayList<>(count);
      int next = 0;
      Piece piece = pieces.get(0);
      long start = piece.start;
      for (int group = 0; group < count; group++) {
        List<TokenRange> ranges = new ArrayList<>();
        int first = next;
        // The width less one, since that of the whole ring does not fit in a long.
        long open = shares.share(group) - 1;
        while (Long.compareUnsigned(piece.end - start - 1, open) < 0) {
          ranges.add(new TokenRange(start, piece.end));
          open -= piece.end - start;
          piece = pieces.get(++next);
          start = piece.start;
        }
        long end = start + open + 1;
        ranges.add(new TokenRange(start, end));
        result.add(new TokenRangeGroup(commonReplicas(first, next, hosts), ranges));
        start = end;
        if (end == piece.end && group + 1 < count) {
          piece = pieces.get(++next);
          start = piece.start;
        }
      }
      return result;
    }

    /** Returns the replicas that all pieces from first to last have in common, the owner first. */
    private List<UUID> commonReplicas(int first, int last, List<UUID> hosts) {
      Run run = pieces.get(first).run;
      List<UUID> result = new ArrayList<>(run.replicaCount());
      result.add(hosts.get(node));
      for (int i = 0; i < run.replicaCount(); i++) {
        int other = run.node(i);
        if (other != node && areOn(other, first, last)) {
          result.add(hosts.get(other));
        }
      }
      return result;
    }

    private boolean areOn(int other, int first, int last) {
      for (int i = first; i <= last; i++) {
        if (!pieces.get(i).run.isOn(other)) {
          return false;
        }
      }
      return true;
    }
  }

  /** Selects the coordinating nodes if there are to be fewer groups than nodes. */
  private static final class OwnerChoice {

    private final List<Run> runs;
    private final boolean[] chosen;
    private int count;

    private OwnerChoice(ReplicaRuns runs) {
      this.runs = runs.runs();
      chosen = new boolean[runs.nodes().size()];
    }

    /**
     * Selects nodes so that each run has at least one of them among its replicas. Uses the greedy
     * rule for set cover: repeatedly the node that adds most of the ring, on a tie the first one.
     *
     * @param wanted number of nodes; the result has more if these do not hold the whole ring
     * @return whether each node is selected
     */
    static boolean[] choose(ReplicaRuns runs, int wanted) {
      OwnerChoice choice = new OwnerChoice(runs);
      if (wanted >= choice.chosen.length) {
        Arrays.fill(choice.chosen, true);
        return choice.chosen;
      }
      choice.cover(Integer.MAX_VALUE);
      while (choice.count < wanted) {
        // Cover the ring once more, to spread further nodes over it too.
        choice.cover(wanted);
      }
      return choice.chosen;
    }

    private void cover(int wanted) {
      List<Run> uncovered = new ArrayList<>(runs);
      for (int best = best(uncovered); best >= 0 && count < wanted; best = best(uncovered)) {
        int added = best;
        chosen[added] = true;
        count++;
        uncovered.removeIf(run -> run.isOn(added));
      }
    }

    /** Returns the node that adds most of the uncovered runs; -1 if no further node adds any. */
    private int best(List<Run> uncovered) {
      long[] gain = new long[chosen.length];
      int best = -1;
      for (Run run : uncovered) {
        for (int i = 0; i < run.replicaCount(); i++) {
          gain[run.node(i)] += run.weight();
        }
      }
      for (int node = 0; node < gain.length; node++) {
        if (!chosen[node] && gain[node] > (best < 0 ? 0 : gain[best])) {
          best = node;
        }
      }
      return best;
    }
  }

  /**
   * Divides the runs among their replicas so that the owners' shares of the ring are even.
   *
   * <p>Each run starts at its first replica. Where a replica of a run owns too much more than
   * another one, a narrow run moves to the replica that owns least, and a wide run is divided so
   * that its replicas come as close to each other as possible. Both make the shares more even, so
   * that the sweeps over the ring come to an end. Balanced runs stay whole.
   */
  static final class OwnerBalance {

    /** The largest difference between two replicas of a run, as the divisor of an even share. */
    static final int TOLERANCES_PER_SHARE = 32;

    /** Bounds the time on large rings; far fewer are sufficient. */
    private static final int MOST_SWEEPS = 1_000;

    private final List<Run> runs;
    private final boolean[] owners;
    private final long tolerance;

    /** The weight of each run that each of its replicas owns. */
    private final long[][] held;

    private final long[] load;

    private OwnerBalance(ReplicaRuns runs, boolean[] owners) {
      this.runs = runs.runs();
      this.owners = owners;
      int count = 0;
      for (boolean owner : owners) {
        count += owner ? 1 : 0;
      }
      tolerance = (1L << 62) / count / TOLERANCES_PER_SHARE;
      held = new long[this.runs.size()][];
      load = new long[owners.length];
    }

    /**
     * Divides all runs.
     *
     * @param mayOwn whether each node may own ranges; at least one replica of each run must
     * @return the nodes that own ranges
     */
    static List<Owner> balance(ReplicaRuns runs, boolean[] mayOwn) {
      OwnerBalance balance = new OwnerBalance(runs, mayOwn);
      balance.start();
      int sweeps = 0;
      while (sweeps < MOST_SWEEPS && balance.sweep()) {
        sweeps++;
      }
      return balance.owners();
    }

    private void start() {
      for (int i = 0; i < held.length; i++) {
        Run run = runs.get(i);
        int replica = 0;
        while (!owners[run.node(replica)]) {
          replica++;
        }
        held[i] = new long[run.replicaCount()];
        held[i][replica] = run.weight();
        load[run.node(replica)] += run.weight();
      }
    }

    private boolean sweep() {
      boolean moved = false;
      for (int i = 0; i < held.length; i++) {
        moved |= level(runs.get(i), held[i]);
      }
      return moved;
    }

    /** Returns whether a replica owned too much more than another one, so that the run moved. */
    private boolean level(Run run, long[] parts) {
      int most = -1;
      int least = -1;
      for (int i = 0; i < parts.length; i++) {
        int node = run.node(i);
        if (owners[node]) {
          most = parts[i] > 0 && (most < 0 || load[node] > load[run.node(most)]) ? i : most;
          least = least < 0 || load[node] < load[run.node(least)] ? i : least;
        }
      }
      long difference = load[run.node(most)] - load[run.node(least)];
      if (difference <= Math.min(run.weight(), tolerance)) {
        return false;
      }
      for (int i = 0; i < parts.length; i++) {
        load[run.node(i)] -= parts[i];
        parts[i] = 0;
      }
      if (run.weight() <= tolerance) {
        parts[least] = run.weight();
      } else {
        divide(run, parts);
      }
      for (int i = 0; i < parts.length; i++) {
        load[run.node(i)] += parts[i];
      }
      return true;
    }

    /** Fills up the replicas that own least of the other runs, all to the same level. */
    private void divide(Run run, long[] parts) {
      long level = Long.MAX_VALUE;
      long before;
      long rest;
      do {
        before = level;
        long sum = run.weight();
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
          int node = run.node(i);
          if (owners[node] && load[node] <= before) {
            sum += load[node];
            count++;
          }
        }
        level = sum / count;
        rest = sum % count;
        // Replicas above the level keep what they own, so the level of the others is lower.
      } while (level < before);
      for (int i = 0; i < parts.length; i++) {
        int node = run.node(i);
        if (owners[node] && load[node] <= level) {
          parts[i] = level - load[node] + rest;
          rest = 0;
        }
      }
    }

    private List<Owner> owners() {
      List<Owner> result = new ArrayList<>(owners.length);
      for (int node = 0; node < owners.length; node++) {
        result.add(new Owner(node));
      }
      for (int i = 0; i < held.length; i++) {
        Run run = runs.get(i);
        long start = run.start();
        long left = run.weight();
        for (int replica = 0; replica < run.replicaCount(); replica++) {
          long part = held[i][replica];
          if (part > 0) {
            left -= part;
            long end = left == 0 ? run.end() : start + 4 * part;
            result.get(run.node(replica)).pieces.add(new Piece(run, start, end));
            start = end;
          }
        }
      }
      result.removeIf(owner -> owner.pieces.isEmpty());
      return result;
    }
  }
}
