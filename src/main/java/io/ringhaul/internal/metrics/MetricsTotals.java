package io.ringhaul.internal.metrics;

import io.ringhaul.monitor.Stage;
import java.util.Map;

/**
 * What an operation has counted since its start.
 *
 * @param requests requests answered
 * @param errors requests that failed, those among them that are sent again
 * @param overloads how many of those met an overload
 * @param pages pages read
 * @param pageRows their rows
 * @param pageBytes their bytes
 * @param batches batches acknowledged, those of one statement among them
 * @param batchStatements their statements
 * @param batchBytes their bytes
 * @param receivedBytes the size of all answers
 * @param stageNanos time by stage, summed over the workers, stages under way included
 * @param workerNanos for how long workers have been at work, summed over them
 * @param workers how many are
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
