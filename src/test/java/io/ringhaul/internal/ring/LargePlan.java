package io.ringhaul.internal.ring;

import java.util.List;
import java.util.Random;

/**
 * Splits the ring of a large cluster in a separate process and prints the milliseconds of the
 * fastest run.
 */
final class LargePlan {

  private LargePlan() {}

  public static void main(String[] args) {
    long seed = Long.parseLong(args[0]);
    TokenRing ring = RandomRings.ring(new Random(seed), 1_000, 256, 3);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, 10_000);
      best = Math.min(best, System.nanoTime() - start);
      if (groups.size() != 10_000) {
        throw new AssertionError(groups.size() + " groups");
      }
    }
    System.out.println(best / 1_000_000);
  }
}
