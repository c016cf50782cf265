package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.monitor.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The settings that all operations share, as they were when the operation was started.
 *
 * @param keyspace the keyspace of the table
 * @param table the table that is read or written
 * @param parallelism requests in flight; empty for the default
 * @param taskCount tasks to aim for; empty for the default
 * @param requests how requests are sent; its parallelism is not set yet
 * @param progressListener hears of the progress
 * @param monitoring how it is looked at
 * @param limits what the operation may take of the process and the cluster
 * @param tuning how it is tuned
 * @param jobs the operator's, which hear of one another
 * @param skipsPreflight whether the operation begins without looking whether it can go well
 */
public record OperationSettings(
    CqlIdentifier keyspace,
    CqlIdentifier table,
    OptionalInt parallelism,
    OptionalInt taskCount,
    RequestSettings requests,
    Consumer<Progress> progressListener,
    Monitoring monitoring,
    OperationLimits limits,
    TuningSettings tuning,
    JobsUnderWay jobs,
    boolean skipsPreflight) {

  private static final int MOST_USUAL_PARALLELISM = 256;

  /** What a job's store keeps of them, for people. */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    parallelism.ifPresent(value -> texts.put("parallelism", Integer.toString(value)));
    taskCount.ifPresent(value -> texts.put("taskCount", Integer.toString(value)));
    texts.put("consistency", requests.consistency().toString());
    texts.put("requestTimeout", requests.timeout().toString());
    texts.put("maxAttempts", Integer.toString(requests.maxAttempts()));
    long rows = requests.limits().maxRowsPerSecond();
    if (rows > 0) {
      texts.put("maxRowsPerSecond", Long.toString(rows));
    }
    long bytes = requests.limits().maxBytesPerSecond();
    if (bytes > 0) {
      texts.put("maxBytesPerSecond", Long.toString(bytes));
    }
    texts.putAll(limits.limits().texts());
    if (requests.retriesNonIdempotent()) {
      texts.put("retryNonIdempotent", "true");
    }
    texts.put("tuning", tuning.mode().name());
    tuning.bound().ifPresent(bound -> texts.put("protectLatency", bound.toString()));
    return texts;
  }

  /** Returns these settings with another number of tasks. */
  public OperationSettings withTaskCount(int tasks) {
    return with(OptionalInt.of(tasks), requests);
  }

  /** Returns these settings with non-idempotent writes sent again after a failure. */
  public OperationSettings retryingNonIdempotent() {
    return with(taskCount, requests.retryingNonIdempotent());
  }

  private OperationSettings with(OptionalInt newTaskCount, RequestSettings newRequests) {
    return new OperationSettings(
        keyspace,
        table,
        parallelism,
        newTaskCount,
        newRequests,
        progressListener,
        monitoring,
        limits,
        tuning,
        jobs,
        skipsPreflight);
  }

  /** How requests are sent, with the asked parallelism or else so many for each local node. */
  RequestSettings requests(int perNode, LocalNodes nodes) {
    return requests.withParallelism(parallelism.orElse(usualParallelism(perNode, nodes)));
  }

  /** How many requests are in flight at the most unless another number is asked for. */
  static int usualParallelism(int perNode, LocalNodes nodes) {
    return Math.min(MOST_USUAL_PARALLELISM, perNode * nodes.nodes().size());
  }

  /**
   * Refuses a value out of its bounds.
   *
   * @throws InvalidSettingException if it is below {@code least} or above {@code most}
   */
  public static void requireBetween(String setting, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidSettingException(
          setting, setting + " is " + value + "; it takes " + least + " to " + most);
    }
  }
}
