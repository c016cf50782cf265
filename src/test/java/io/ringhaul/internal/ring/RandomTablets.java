package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/** A random map of tablets that are split, merged and moved. */
final class RandomTablets {

  private final Random random;
  private final List<UUID> hosts = new ArrayList<>();
  private final int factor;

  /** The replicas of each tablet by its last token. */
  private final TreeMap<Long, List<UUID>> tablets = new TreeMap<>();

  RandomTablets(Random random) {
    this.random = random;
    int nodes = 1 + random.nextInt(12);
    for (int i = 0; i < nodes; i++) {
      hosts.add(new UUID(random.nextLong(), random.nextLong()));
    }
    factor = Math.min(nodes, 1 + random.nextInt(3));
    for (long token : RandomRings.tokens(random, 1 + random.nextInt(300))) {
      tablets.put(token, replicas());
    }
    // No tablet ends at a token that no row has, and the last one may wrap.
    tablets.remove(Long.MIN_VALUE);
    if (tablets.isEmpty() || random.nextBoolean()) {
      tablets.put(Long.MAX_VALUE, replicas());
    }
  }

  /** Splits, merges and moves some tablets. */
  void change() {
    for (int i = random.nextInt(20); i > 0; i--) {
      Long last = List.copyOf(tablets.keySet()).get(random.nextInt(tablets.size()));
      switch (random.nextInt(3)) {
        case 0 -> {
          Long middle = last - 1 - random.nextInt(1_000_000);
          if (middle < last && middle > Long.MIN_VALUE) {
            tablets.putIfAbsent(middle, tablets.get(last));
          }
        }
        case 1 -> {
          if (tablets.size() > 1) {
            tablets.remove(last);
          }
        }
        default -> tablets.put(last, replicas());
      }
    }
  }

  private List<UUID> replicas() {
    Collections.shuffle(hosts, random);
    return List.copyOf(hosts.subList(0, factor));
  }

  TokenRing ring() {
    List<ReplicatedRange> ranges = new ArrayList<>();
    long start = tablets.lastKey() == Long.MAX_VALUE ? Long.MIN_VALUE : tablets.lastKey();
    for (var tablet : tablets.entrySet()) {
      ranges.add(new ReplicatedRange(new TokenRange(start, tablet.getKey()), tablet.getValue()));
      start = tablet.getKey();
    }
    return TokenRing.ofTablets(ranges);
  }
}
