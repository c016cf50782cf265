package io.ringhaul.limits;

import java.util.Locale;

/**
 * How much of the cluster a job gets beside others. Of jobs that read from or write to one cluster
 * at the same time, those of the highest priority have all requests in flight that they may have,
 * and the others so many as their weight is of the highest weight there, one at the least. A job
 * that is alone, or whose betters ask for nothing just now, has all of them.
 */
public enum JobPriority {
  HIGH(4),
  NORMAL(2),
  LOW(1);

  private final int weight;

  JobPriority(int weight) {
    this.weight = weight;
  }

  /** 4, 2 or 1. */
  public int weight() {
    return weight;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
