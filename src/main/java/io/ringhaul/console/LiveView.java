package io.ringhaul.console;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The current figures of a running job.
 *
 * @param time the time of the figures
 * @param rows rows handled so far, including those of unfinished tasks
 * @param completed the completed share, from 0 to 1
 * @param estimatedTotalRows the rows of the whole job, if the rest has as many rows for its share
 *     as the completed part; null before the first progress
 * @param remainingSeconds the estimate at the recent rate; null if unknown
 * @param inFlight requests without an answer
 * @param meanLatencyMillis the mean latency of the requests of this run; null without answers
 * @param phase whether the job may send requests
 * @param unansweredSeconds the time without an answer to any request in flight
 * @param settings the tunable parameters by name
 * @param bottleneck the open bottleneck that began last; null if none is open
 * @param limitedBy what limited the job in about the last ten seconds; null while unknown
 * @param health the health of the job; null while unknown
 * @param pause why and until when the job is paused; null if it is not
 */
record LiveView(
    String time,
    long rows,
    long bytes,
    double rowsPerSecond,
    double bytesPerSecond,
    double completed,
    @Nullable Long estimatedTotalRows,
    @Nullable Double remainingSeconds,
    long inFlight,
    long inFlightBound,
    long retries,
    long errors,
    @Nullable Double meanLatencyMillis,
    Phase phase,
    @Nullable String phaseReason,
    double unansweredSeconds,
    List<Stage> stages,
    List<Node> nodes,
    Map<String, Long> settings,
    @Nullable BottleneckView bottleneck,
    ConditionView.@Nullable LimitView limitedBy,
    ConditionView.@Nullable HealthView health,
    ConditionView.@Nullable PauseView pause) {

  /** Returns the short form for lists: without stages, nodes and settings. */
  LiveView brief() {
    return new LiveView(
        time,
        rows,
        bytes,
        rowsPerSecond,
        bytesPerSecond,
        completed,
        estimatedTotalRows,
        remainingSeconds,
        inFlight,
        inFlightBound,
        retries,
        errors,
        meanLatencyMillis,
        phase,
        phaseReason,
        unansweredSeconds,
        List.of(),
        List.of(),
        Map.of(),
        bottleneck,
        limitedBy,
        health,
        pause);
  }

  /** Shows if the job may send requests. */
  enum Phase {
    running,
    paused
  }

  /** The time in a stage so far and its share of all stages. */
  record Stage(String name, double seconds, double share) {}

  /**
   * The answers of a node.
   *
   * @param p50Millis the median latency of the latest second; null without answers
   * @param p99Millis the 99th percentile of the latest second; null without answers
   */
  record Node(
      String node,
      long inFlight,
      @Nullable Double p50Millis,
      @Nullable Double p99Millis,
      double requestsPerSecond) {}
}
