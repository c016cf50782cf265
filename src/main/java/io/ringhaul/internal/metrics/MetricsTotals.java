package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Stage;
import java.util.Map;

/**
 * The counters of an operation since its start.
 *
 * @param requests answered requests
 * @param errors failed requests, including those that are retried
 * @param overloads the failed requests whose cause was an overload
 * @param pages read pages
 * @param pageRows rows of the pages
 * @param pageBytes bytes of the pages
 * @param batches acknowledged batches, including single statements
 * @param batchStatements statements of the batches
 * @param batchBytes bytes of the batches
 * @param receivedBytes the size of all answers
 * @param stageNanos time by stage, summed over the workers, including running stages
 * @param workerNanos the time of workers, summed
 * @param workers the current number of workers
 */
public record MetricsTotals(
    long requests,
    long errors,
    long overloads,
    long pages,
    long pageRows,
    long pageBytes,
    long batches,
    long batchStatements,
    long batchBytes,
    long receivedBytes,
    Map<Stage, Long> stageNanos,
    long workerNanos,
    int workers) {

  public MetricsTotals {
    stageNanos = Map.copyOf(stageNanos);
  }
}
