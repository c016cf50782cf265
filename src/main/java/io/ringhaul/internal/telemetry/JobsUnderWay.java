package io.ringhaul.internal.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The jobs that run side by side, and which nodes each of them asks just now, so that they hear of
 * one another. Thread-safe.
 */
public final class JobsUnderWay {

  /** A job that has said nothing for so long is paused, or has no time to say anything. */
  private static final long FRESH_NANOS = 3_000_000_000L;

  /**
   * What a job asks of whom.
   *
   * @param job names it for people
   * @param id of the job; empty for an operation that has none
   * @param nodes addresses and ports of the nodes that it asked within the last second
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
   * A job begins.
   *
   * @param job names it for people
   * @param id of the job; empty for an operation that has none
   */
  public Registration enter(String job, Optional<UUID> id) {
    return new Registration(job, id);
  }

  /** The registration of a job among the others. To be closed at its end. */
  public final class Registration implements AutoCloseable {

    private final String job;
    private final Optional<UUID> id;
    private volatile List<Load> elsewhere = List.of();

    private Registration(String job, Optional<UUID> id) {
      this.job = job;
      this.id = id;
    }

    /** Says which nodes this job asks just now. */
    void asks(Set<String> nodes) {
      loads.put(this, new Load(job, id, nodes, System.nanoTime()));
    }

    /** Says what jobs ask that may be of other processes, in place of what was said before. */
    void hears(List<Load> jobs) {
      elsewhere = List.copyOf(jobs);
    }

    /** What the other jobs ask just now. */
    List<Load> others() {
      long now = System.nanoTime();
      List<Load> here =
          loads.entrySet().stream()
              .filter(each -> each.getKey() != this)
              .map(Map.Entry::getValue)
              .toList();
      List<Load> others = new ArrayList<>(here);
      // Those of this process are heard of twice.
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
