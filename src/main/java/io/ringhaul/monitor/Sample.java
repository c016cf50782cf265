package io.ringhaul.monitor;

import io.ringhaul.internal.telemetry.Tunable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How a job got on since the sample before.
 *
 * @param time its end
 * @param seconds how long it is, about 1
 * @param progress the figures so far
 * @param rowsPerSecond rows handled within it
 * @param bytesPerSecond bytes handled within it
 * @param requests requests that were answered
 * @param errors requests that failed, those among them that are sent again; not reads that were too
 *     much and are asked for in parts
 * @param retries requests that were sent again
 * @param overloads requests that failed since a node was overloaded or out of time
 * @param inFlight requests without an answer at its end
 * @param inFlightBound how many there might be
 * @param queued work that waits to be done at its end: statements in an import, pages in an export
 * @param paused whether the job is held by its limits
 * @param workers threads that work on tasks
 * @param workerUtilisation the part of their time in which they worked, and waited neither for the
 *     cluster nor for a task, 0 to 1
 * @param pageRows rows of a mean page; 0 if there was none
 * @param pageBytes its bytes
 * @param batchStatements statements of a mean batch; 0 if there was none
 * @param batchBytes its bytes
 * @param latency of all requests
 * @param nodes node by node
 * @param stages stage by stage
 * @param tasks those under way at its end
 * @param process what the process took
 * @param tunables the values of the parameters that may change, by name
 */
public record Sample(
    Instant time,
    double seconds,
    Progress progress,
    double rowsPerSecond,
    double bytesPerSecond,
    long requests,
    long errors,
    long retries,
    long overloads,
    int inFlight,
    int inFlightBound,
    long queued,
    boolean paused,
    int workers,
    double workerUtilisation,
    double pageRows,
    double pageBytes,
    double batchStatements,
    double batchBytes,
    Latency latency,
    List<NodeSample> nodes,
    List<StageSample> stages,
    List<TaskSample> tasks,
    ProcessSample process,
    Map<String, Long> tunables) {

  public Sample {
    nodes = List.copyOf(nodes);
    stages = List.copyOf(stages);
    tasks = List.copyOf(tasks);
    tunables = Map.copyOf(tunables);
  }

  /** The part of the workers, or of the requests, that still has work at full strength. */
  private static final double WORKING = 0.75;

  /**
   * Whether much of what could work has nothing left to do, so that the speed tells nothing of the
   * parameters: workers without a task where none waits, or places for requests where there are no
   * workers.
   */
  public boolean isEnding() {
    int left = progress.tasks() - progress.tasksDone();
    if (!tasks.isEmpty()) {
      long all = tunables.getOrDefault(Tunable.WORKERS, (long) workers);
      return left <= tasks.size() && tasks.size() < WORKING * Math.min(all, progress.tasks());
    }
    boolean isLate = progress.completed() > 0.5;
    return isLate && left < WORKING * inFlightBound && inFlight < WORKING * inFlightBound;
  }
}
