package io.ringhaul.monitor;

import io.ringhaul.internal.telemetry.Tunable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The figures of a job since the previous sample.
 *
 * @param time the end of the sample
 * @param seconds its length, about 1
 * @param progress the figures so far
 * @param rowsPerSecond rows handled within the sample
 * @param bytesPerSecond bytes handled within the sample
 * @param requests answered requests
 * @param errors failed requests, including those that are retried; excludes reads that were too
 *     large and are repeated in parts
 * @param retries retried requests
 * @param overloads failed requests whose cause was an overload or a timeout
 * @param inFlight requests in flight at the end
 * @param inFlightBound the bound on requests in flight
 * @param queued the size of the queue at the end: statements in an import, pages in an export
 * @param paused whether limits pause the job
 * @param workers worker threads
 * @param workerUtilisation the share of the workers' time in which they waited neither for the
 *     cluster nor for a task, 0 to 1
 * @param pageRows mean rows of a page; 0 without pages
 * @param pageBytes mean bytes of a page
 * @param batchStatements mean statements of a batch; 0 without batches
 * @param batchBytes mean bytes of a batch
 * @param latency the latency of all requests
 * @param nodes figures by node
 * @param stages figures by stage
 * @param tasks the tasks running at the end
 * @param process the resources of the process
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

  /** Returns this sample with other figures so far. */
  public Sample withProgress(Progress other) {
    return new Sample(
        time,
        seconds,
        other,
        rowsPerSecond,
        bytesPerSecond,
        requests,
        errors,
        retries,
        overloads,
        inFlight,
        inFlightBound,
        queued,
        paused,
        workers,
        workerUtilisation,
        pageRows,
        pageBytes,
        batchStatements,
        batchBytes,
        latency,
        nodes,
        stages,
        tasks,
        process,
        tunables);
  }

  /** The minimum share of workers, or of request slots, in use at full strength. */
  private static final double WORKING = 0.75;

  /**
   * Whether a large part of the workers or request slots has run out of work, so that the speed
   * does not depend on the parameters: workers without a task while none waits, or, without
   * workers, unused request slots.
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
