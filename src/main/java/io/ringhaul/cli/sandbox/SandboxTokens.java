package io.ringhaul.cli.sandbox;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The tokens of each node, decided before the start. Nodes that know their tokens need not wait for
 * one another, and the same cluster always has the same ring, so that a failure that depends on the
 * ring comes back.
 *
 * <p>The ring is cut into as many arcs as a node has tokens, and each arc into one slot a node;
 * each node takes one slot of each arc, and a random place within it. So ranges differ in width by
 * orders of magnitude, as they do in a real cluster, yet no node owns much more than another.
 */
final class SandboxTokens {

  private static final long SEED = 0x52494e47L;
  private static final BigInteger RING = BigInteger.ONE.shiftLeft(64);
  private static final BigInteger FIRST = BigInteger.valueOf(Long.MIN_VALUE);

  private SandboxTokens() {}

  /**
   * One list of {@code vnodes} tokens for each of {@code nodes} nodes, all different, none of them
   * {@link Long#MIN_VALUE}, which is no row's token.
   */
  static List<List<Long>> allot(int nodes, int vnodes) {
    Random random = new Random(SEED);
    BigInteger slots = BigInteger.valueOf((long) nodes * vnodes);
    List<List<Long>> tokens = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      tokens.add(new ArrayList<>(vnodes));
      order.add(node);
    }
    long slot = 0;
    for (int arc = 0; arc < vnodes; arc++) {
      Collections.shuffle(order, random);
      for (int node : order) {
        BigInteger start = slotStart(slot, slots);
        BigInteger width = slotStart(slot + 1, slots).subtract(start);
        tokens.get(node).add(start.add(below(width, random)).longValueExact());
        slot++;
      }
    }
    return tokens;
  }

  /** The tokens of a node that joins later: anywhere in the ring, always the same. */
  static List<Long> added(int node, int vnodes) {
    return new Random(SEED + node)
        .longs(Long.MIN_VALUE + 1, Long.MAX_VALUE)
        .distinct()
        .limit(vnodes)
        .boxed()
        .toList();
  }

  private static BigInteger slotStart(long slot, BigInteger slots) {
    return FIRST.add(RING.multiply(BigInteger.valueOf(slot)).divide(slots));
  }

  /** From 1, so that the first slot cannot give {@link Long#MIN_VALUE}, to below the width. */
  private static BigInteger below(BigInteger width, Random random) {
    return new BigInteger(64 + 8, random).mod(width.subtract(BigInteger.ONE)).add(BigInteger.ONE);
  }
}
