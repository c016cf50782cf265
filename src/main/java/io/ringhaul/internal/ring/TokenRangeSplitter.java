package io.ringhaul.internal.ring;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Cuts a ring into groups of token ranges, each with a replica in common: the units of work of an
 * operation.
 *
 * <ol>
 *   <li>Neighbouring ranges with the same set of replicas become one, so that virtual nodes do not
 *       multiply the queries.
 *   <li>Each range goes to one of its replicas, its owner, so that owners have even shares of the
 *       ring: in the end no owner has 1/32 of an even share more than any other replica of one of
 *       its ranges (on rings of millions of replicas the search for it may end a little early).
 *       Wide ranges are cut for that.
 *   <li>What an owner has is cut, in the order of the ring, into groups whose widths differ by at
 *       most one token. Owners get groups in proportion to their widths, at least one each, so that
 *       the widest group of all is as narrow as it can be.
 *   <li>The groups of the owners are interleaved, each owner's spread evenly, so that groups which
 *       follow one another are coordinated by different nodes.
 * </ol>
 *
 * <p>The ranges of all groups together tile the ring exactly. The same ring gives the same groups
 * in the same order.
 */
public final class TokenRangeSplitter {

  /** The largest number of groups that can be asked for. */
  public static final int MAX_TASK_COUNT = 1_000_000;

  private TokenRangeSplitter() {}

  /**
   * Cuts the ring into about as many groups as asked for. There are exactly that many if no fewer
   * than there are nodes. Otherwise owners are chosen first, by the greedy rule for set cover
   * (again and again the node that adds most of the ring), and each makes one group: about as many
   * as asked for if those nodes hold the whole ring, and more, up to what the rule takes, if they
   * do not. With all rows on every node, one group is possible; with a replication factor of 1,
   * there is one for each node that has tokens.
   *
   * @param ring the ring to cut
   * @param taskCount how many groups are wanted, from 1 to {@link #MAX_TASK_COUNT}
   * @return the groups, in the order to run them; unmodifiable
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
}
