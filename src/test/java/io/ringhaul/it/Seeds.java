package io.ringhaul.it;

import java.util.concurrent.ThreadLocalRandom;

/** The seed of a run: a new one each time, or the system property {@code ringhaul.seed}. */
final class Seeds {

  private Seeds() {}

  static long next() {
    Long given = Long.getLong("ringhaul.seed");
    return given == null ? ThreadLocalRandom.current().nextLong() : given;
  }
}
