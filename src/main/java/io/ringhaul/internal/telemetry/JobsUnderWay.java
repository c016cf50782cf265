package io.ringhaul.internal.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that run at the same time, and the nodes to which each of them sends requests, so that
 * contention can be detected. Thread-safe.
 */
public final class JobsUnderWay {

  /** A job that has reported nothing for this long is paused or stalled. */
  private static final long FRESH_NANOS = 3_000_000_000L;

  /**
   * The nodes that a job uses.
   *
   * @param job its name in messages
   * @param id empty for an operation without a job
   * @param nodes addresses and ports of the nodes that received requests within the last second
   */
  record Load(String job, Optional<UUID> id, Set<String> nodes, long nanoTime) {

    Load {
      nodes = Set.copyOf(nodes);
    }

    private boolean isFresh(long now) {
      return now - nanoTime < FRESH_NANOS;
    }
  }

  private final Map<Registration, Load> loads = new ConcurrentHashMap<>();

  /**
   * Registers a job.
   *
   * @param job its name in messages
   * @param id empty for an operation without a job
   */
  public Registration enter(String job, Optional<UUID> id) {
    return new Registration(job, id);
  }

  /** The registration of a job among the others; close it when the job ends. */
  public final class Registration implements AutoCloseable {

    private final String job;
    private final Optional<UUID> id;
    private volatile List<Load> elsewhere = List.of();

    private Registration(String job, Optional<UUID> id) {
      this.job = job;
      this.id = id;
    }

    /** Reports the nodes to which this job sends requests now. */
    void asks(Set<String> nodes) {
      loads.put(this, new Load(job, id, nodes, System.nanoTime()));
    }

    /**
     * Sets the jobs known from the store, which may run in other processes. Replaces the earlier
     * ones.
     */
    void setElsewhere(List<Load> jobs) {
      elsewhere = List.copyOf(jobs);
    }

    /** Returns the load of the other jobs now. */
    List<Load> others() {
      long now = System.nanoTime();
      List<Load> here =
          loads.entrySet().stream()
              .filter(each -> each.getKey() != this)
              .map(Map.Entry::getValue)
              .toList();
      List<Load> others = new ArrayList<>(here);
      // Jobs of this process are also in the store.
      elsewhere.stream()
          .filter(load -> here.stream().noneMatch(known -> known.id().equals(load.id())))
          .forEach(others::add);
      return others.stream().filter(load -> load.isFresh(now)).toList();
    }

    @Override
    public void close() {
      loads.remove(this);
    }
  }
}
