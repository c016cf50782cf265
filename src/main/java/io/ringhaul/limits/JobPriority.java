package io.ringhaul.limits;

import java.util.Locale;

/**
 * The share of the cluster that a job gets beside other jobs. Among the jobs that read from or
 * write to one cluster at the same time, those of the highest priority may use their full
 * parallelism. Every other job may use the fraction weight / highest weight of its parallelism, at
 * least one request in flight. Idle and paused jobs do not count.
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
