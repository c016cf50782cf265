package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/** Generates random rings, with emphasis on edge cases. */
public final class RandomRings {

  /** Tokens at which arithmetic is most likely to fail. */
  public static final List<Long> EDGES =
      List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L, 0L, 1L, Long.MAX_VALUE - 1, Long.MAX_VALUE);

  private RandomRings() {}

  /**
   * Returns a ring of 1 to 1,000 nodes with 1 to 256 virtual nodes and mostly a replication factor
   * of 1 to 5.
   */
  public static TokenRing ring(Random random) {
    int nodes = 1 + (int) Math.pow(1000, random.nextDouble());
    nodes = Math.min(nodes, 1000);
    int most = Math.max(1, Math.min(256, 10_000 / nodes));
    int vnodes = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(most);
    int factor = random.nextInt(8) == 0 ? nodes : 1 + random.nextInt(5);
    return ring(random, nodes, vnodes, Math.min(factor, Math.min(nodes, 20)));
  }

  public static TokenRing ring(Random random, int nodes, int vnodes, int factor) {
    List<UUID> owners = new ArrayList<>(nodes * vnodes);
    for (int node = 0; node < nodes; node++) {
      UUID host = new UUID(random.nextLong(), random.nextLong());
      owners.addAll(Collections.nCopies(vnodes, host));
    }
    Collections.shuffle(owners, random);
    List<Long> tokens = List.copyOf(tokens(random, owners.size()));
    List<ReplicatedRange> ranges = new ArrayList<>(owners.size());
    for (int i = 0; i < owners.size(); i++) {
      long start = tokens.get((i + owners.size() - 1) % owners.size());
      ranges.add(
          new ReplicatedRange(new TokenRange(start, tokens.get(i)), replicas(owners, i, factor)));
    }
    Collections.shuffle(ranges, random);
    return TokenRing.of(ranges);
  }

  /** Returns distinct tokens: random ones, edge values, and neighbours of earlier tokens. */
  public static SortedSet<Long> tokens(Random random, int count) {
    int kind = random.nextInt(4);
    long center = random.nextLong();
    TreeSet<Long> tokens = new TreeSet<>();
    while (tokens.size() < count) {
      int choice = random.nextInt(10);
      if (choice == 0 && kind > 0) {
        tokens.add(EDGES.get(random.nextInt(EDGES.size())));
      } else if (choice <= 2 && kind > 1 && !tokens.isEmpty()) {
        tokens.add(tokens.first() - 1);
        if (tokens.size() < count) {
          tokens.add(tokens.last() + 1);
        }
      } else if (kind == 3) {
        tokens.add(center + random.nextInt(10_000_000));
      } else {
        tokens.add(random.nextLong());
      }
    }
    return tokens;
  }

  /**
   * Returns the replicas of a token by the rule of SimpleStrategy: its owner and the next owners.
   */
  private static List<UUID> replicas(List<UUID> owners, int token, int factor) {
    List<UUID> replicas = new ArrayList<>(factor);
    for (int i = token; replicas.size() < factor; i++) {
      UUID owner = owners.get(i % owners.size());
      if (!replicas.contains(owner)) {
        replicas.add(owner);
      }
    }
    return replicas;
  }
}
