package io.ringhaul.monitor;

import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * @param nodes addresses and ports of the nodes that it asked within the last second
   */
  record Load(String job, Set<String> nodes, long nanoTime) {}

  private final Map<Place, Load> loads = new ConcurrentHashMap<>();

  /** A job begins. */
  public Place enter(String job) {
    return new Place(job);
  }

  /** The place of a job among the others. To be closed at its end. */
  public final class Place implements AutoCloseable {

    private final String job;

    private Place(String job) {
      this.job = job;
    }

    /** Says which nodes this job asks just now. */
    void asks(Set<String> nodes) {
      loads.put(this, new Load(job, Set.copyOf(nodes), System.nanoTime()));
    }

    /** What the other jobs ask just now. */
    List<Load> others() {
      long now = System.nanoTime();
      return loads.entrySet().stream()
          .filter(each -> each.getKey() != this)
          .map(Map.Entry::getValue)
          .filter(load -> now - load.nanoTime() < FRESH_NANOS)
          .toList();
    }

    @Override
    public void close() {
      loads.remove(this);
    }
  }
}
