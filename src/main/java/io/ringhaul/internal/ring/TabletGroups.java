package io.ringhaul.internal.ring;

import io.ringhaul.internal.ring.TokenRangeSplitter.Interleaving;
import io.ringhaul.schema.TokenRange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Cuts a ring of tablets into groups. No range crosses the border of a tablet, since the tablets on
 * its sides may be on different nodes.
 *
 * <ol>
 *   <li>Each tablet goes to the one of its replicas that owns least so far.
 *   <li>Owners get groups in proportion to their widths, at least one each.
 *   <li>An owner with at least as many tablets as groups gets groups of whole tablets, in ring
 *       order and of about equal width; otherwise its widest tablets are cut evenly, and each part
 *       is a group.
 *   <li>The owners' groups are interleaved.
 * </ol>
 */
final class TabletGroups {

  private TabletGroups() {}

  static List<TokenRangeGroup> of(TokenRing ring, int taskCount) {
    List<Map.Entry<UUID, List<ReplicatedRange>>> owners = List.copyOf(share(ring).entrySet());
    int[] counts =
        TokenRangeSplitter.groupCounts(
            owners.stream().mapToLong(owner -> widthMinusOne(owner.getValue())).toArray(),
            taskCount);
    List<List<TokenRangeGroup>> groups = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      UUID owner = owners.get(i).getKey();
      List<ReplicatedRange> tablets = owners.get(i).getValue();
      groups.add(
          counts[i] <= tablets.size()
              ? whole(owner, tablets, counts[i])
              : cut(owner, tablets, counts[i]));
    }
    return Interleaving.of(groups);
  }

  /** The tablets of each owner, in ring order. */
  private static Map<UUID, List<ReplicatedRange>> share(TokenRing ring) {
    Map<UUID, List<ReplicatedRange>> owned = new LinkedHashMap<>();
    Map<UUID, BigInteger> load = new HashMap<>();
    for (ReplicatedRange tablet : ring.ranges()) {
      UUID least = tablet.replicas().get(0);
      for (UUID replica : tablet.replicas()) {
        BigInteger its = load.getOrDefault(replica, BigInteger.ZERO);
        if (its.compareTo(load.getOrDefault(least, BigInteger.ZERO)) < 0) {
          least = replica;
        }
      }
      owned.computeIfAbsent(least, owner -> new ArrayList<>()).add(tablet);
      load.merge(least, tablet.range().width(), BigInteger::add);
    }
    return owned;
  }

  /**
   * Groups of consecutive tablets; a group ends where its share of the owner's width is reached.
   */
  private static List<TokenRangeGroup> whole(UUID owner, List<ReplicatedRange> tablets, int count) {
    BigInteger total = width(tablets);
    List<TokenRangeGroup> groups = new ArrayList<>(count);
    BigInteger passed = BigInteger.ZERO;
    List<ReplicatedRange> group = new ArrayList<>();
    for (int i = 0; i < tablets.size(); i++) {
      group.add(tablets.get(i));
      passed = passed.add(tablets.get(i).range().width());
      BigInteger end =
          total.multiply(BigInteger.valueOf(groups.size() + 1L)).divide(BigInteger.valueOf(count));
      // Each of the groups to come needs a tablet.
      boolean mustEnd = tablets.size() - i - 1 == count - groups.size() - 1;
      if (mustEnd || passed.compareTo(end) >= 0) {
        groups.add(group(owner, group));
        group = new ArrayList<>();
      }
    }
    return groups;
  }

  /** Groups that are parts of one tablet each. */
  private static List<TokenRangeGroup> cut(UUID owner, List<ReplicatedRange> tablets, int count) {
    int[] parts =
        TokenRangeSplitter.groupCounts(
            tablets.stream().mapToLong(tablet -> widthMinusOne(List.of(tablet))).toArray(), count);
    List<TokenRangeGroup> groups = new ArrayList<>(count);
    for (int i = 0; i < parts.length; i++) {
      ReplicatedRange tablet = tablets.get(i);
      for (TokenRange part : tablet.range().split(parts[i])) {
        groups.add(group(owner, List.of(new ReplicatedRange(part, tablet.replicas()))));
      }
    }
    return groups;
  }

  /** A group with the replicas that all its ranges have, the owner first. */
  private static TokenRangeGroup group(UUID owner, List<ReplicatedRange> ranges) {
    Set<UUID> common = new LinkedHashSet<>();
    common.add(owner);
    common.addAll(ranges.get(0).replicas());
    ranges.forEach(range -> common.retainAll(range.replicas()));
    return new TokenRangeGroup(
        List.copyOf(common), ranges.stream().map(ReplicatedRange::range).toList());
  }

  private static BigInteger width(List<ReplicatedRange> tablets) {
    return tablets.stream()
        .map(tablet -> tablet.range().width())
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** The number of tokens less one, as an unsigned long; that of the whole ring fits only so. */
  private static long widthMinusOne(List<ReplicatedRange> tablets) {
    return width(tablets).subtract(BigInteger.ONE).longValue();
  }
}
