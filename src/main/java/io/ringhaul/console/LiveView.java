package io.ringhaul.console;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a job that runs gets on.
 *
 * @param time when that was
 * @param rows rows handled so far, those that are not done for good among them
 * @param completed how much of it is done, from 0 to 1
 * @param remainingSeconds how long it will take at its rate of late; null if that is not known
 * @param inFlight requests that wait for an answer
 * @param phase {@code running}, or {@code paused} while nothing may be in flight
 * @param unansweredSeconds for how long the cluster has answered none of the requests in flight
 * @param settings the parameters that may change while it runs, by name
 * @param bottleneck what holds it back
 */
record LiveView(
    String time,
    long rows,
    long bytes,
    double rowsPerSecond,
    double bytesPerSecond,
    double completed,
    @Nullable Double remainingSeconds,
    long inFlight,
    long inFlightBound,
    long retries,
    long errors,
    Phase phase,
    @Nullable String phaseReason,
    double unansweredSeconds,
    List<Stage> stages,
    List<Node> nodes,
    Map<String, Long> settings,
    @Nullable BottleneckView bottleneck) {

  /** Whether a job may send requests. */
  enum Phase {
    running,
    paused
  }

  /** The time spent in a stage so far, and its share of that of all stages. */
  record Stage(String name, double seconds, double share) {}

  /**
   * How a node answers.
   *
   * @param p50Millis the median of what it has answered in the latest second; null for nothing
   * @param p99Millis the 99th percentile of that
   */
  record Node(
      String node,
      long inFlight,
      @Nullable Double p50Millis,
      @Nullable Double p99Millis,
      double requestsPerSecond) {}
}
