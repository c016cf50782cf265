package io.ringhaul.internal.ring;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;

/**
 * Splits the ring of a large cluster in a separate process and prints the processor time of the
 * fastest run, in milliseconds.
 */
final class LargePlan {

  private LargePlan() {}

  public static void main(String[] args) {
    long seed = Long.parseLong(args[0]);
    TokenRing ring = RandomRings.ring(new Random(seed), 1_000, 256, 3);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = cpuNanos();
      List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, 10_000);
      best = Math.min(best, cpuNanos() - start);
      if (groups.size() != 10_000) {
        throw new AssertionError(groups.size() + " groups");
      }
    }
    System.out.println(best / 1_000_000);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
