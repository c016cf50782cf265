package io.ringhaul.parquet;

import java.util.Random;
import java.util.function.Consumer;

/** Generated cases that name their seed; {@code -Dringhaul.seed=...} runs one of them again. */
final class Seeds {

  private Seeds() {}

  static void each(int cases, Consumer<Random> law) {
    Long only = Long.getLong("ringhaul.seed");
    Random seeds = new Random();
    for (int i = 0; i < (only == null ? cases : 1); i++) {
      long seed = only == null ? seeds.nextLong() : only;
      try {
        law.accept(new Random(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
