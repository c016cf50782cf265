package io.ringhaul.ring;

import java.util.Random;
import java.util.function.Consumer;

/**
 * Runs a law on generated cases. Each case comes from a seed of its own, fresh in every run; a
 * failure names the seed, and {@code -Dringhaul.seed=...} runs that case alone.
 */
final class Seeds {

  private Seeds() {}

  static void each(int cases, Consumer<Random> law) {
    Long fixed = Long.getLong("ringhaul.seed");
    if (fixed != null) {
      run(fixed, law);
      return;
    }
    Random seeds = new Random();
    for (int i = 0; i < cases; i++) {
      run(seeds.nextLong(), law);
    }
  }

  private static void run(long seed, Consumer<Random> law) {
    try {
      law.accept(new Random(seed));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Run again with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
