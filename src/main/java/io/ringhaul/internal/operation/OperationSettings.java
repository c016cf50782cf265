package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.limits.ManagedJobs;
import io.ringhaul.internal.limits.ResourceLimits;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.ScyllaDb;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.SampleListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The settings that all operations have, copied when the operation starts.
 *
 * @param parallelism requests in flight; empty for the default
 * @param taskCount the approximate number of tasks; empty for the default
 * @param requests how to send requests; its parallelism is not set yet
 * @param jobs the running operations of the operator
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

  public static final int MOST_PAGE_SIZE = 1_000_000;

  private static final int MOST_USUAL_PARALLELISM = 256;
  private static final int MOST_USUAL_OF_SHARDS = 1_024;

  /** The settings as the job store shows them to people. */
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
    requests.datacenter().ifPresent(name -> texts.put("fromDatacenter", name));
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

  /** Returns these settings with coordinators of one data centre only. */
  public OperationSettings fromDatacenter(String name) {
    return with(taskCount, requests.withDatacenter(name));
  }

  /** Returns these settings with non-idempotent writes sent again after a failure. */
  public OperationSettings retryingNonIdempotent() {
    return with(taskCount, requests.retryingNonIdempotent());
  }

  /** What the requests to the cluster must have in common in all processes of an operation. */
  Map<String, String> requestTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("consistency", requests.consistency().toString());
    texts.put("requestTimeout", requests.timeout().toString());
    texts.put("maxAttempts", Integer.toString(requests.maxAttempts()));
    texts.put("executionProfile", requests.executionProfile().orElse("the default"));
    requests.datacenter().ifPresent(name -> texts.put("fromDatacenter", name));
    texts.put("retryNonIdempotent", Boolean.toString(requests.retriesNonIdempotent()));
    return texts;
  }

  /**
   * Returns the settings of one task of a {@link Distribution}, whose beginning process checks and
   * watches.
   */
  OperationSettings ofPart(int requestsInFlight, RequestLimits share) {
    return new OperationSettings(
        keyspace,
        table,
        OptionalInt.of(requestsInFlight),
        OptionalInt.of(1),
        requests.withLimits(share),
        progress -> {},
        Monitoring.NONE,
        new OperationLimits(ResourceLimits.NONE, limits.manager(), PauseListener.NONE),
        TuningSettings.DEFAULT.in(TuningMode.OFF),
        jobs,
        true);
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

  /** How to send requests, with the parallelism that was set or else the usual one. */
  RequestSettings requests(int usual) {
    return requests.withParallelism(parallelism.orElse(usual));
  }

  /**
   * The bound of requests in flight unless one is set: a number for each local node, and on
   * ScyllaDB at least one request for each shard, since a shard reads on one core.
   */
  static int usualParallelism(CqlSession session, int perNode, LocalNodes nodes) {
    Map<UUID, Integer> shards =
        ScyllaDb.of(session).map(scylla -> scylla.shards(session)).orElse(Map.of());
    int ofNodes = Math.min(MOST_USUAL_PARALLELISM, perNode * nodes.nodes().size());
    int ofShards =
        nodes.nodes().stream().mapToInt(node -> shards.getOrDefault(node.getHostId(), 0)).sum();
    return Math.max(ofNodes, Math.min(MOST_USUAL_OF_SHARDS, ofShards));
  }

  /**
   * Checks the bounds of a value.
   *
   * @throws InvalidSettingException if it is below {@code least} or above {@code most}
   */
  public static void requireBetween(String setting, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidSettingException(
          setting, setting + " is " + value + "; it takes " + least + " to " + most);
    }
  }

  /** Monitoring of an operation: whether samples are taken, and the listeners. */
  public record Monitoring(
      boolean isOn, List<SampleListener> samples, List<BottleneckListener> bottlenecks) {

    /** No samples. */
    public static final Monitoring NONE = new Monitoring(false, List.of(), List.of());
  }

  /**
   * The operation's share of the process and the cluster.
   *
   * @param manager enforces the limits and divides the cluster among the operations that it manages
   */
  public record OperationLimits(ResourceLimits limits, ManagedJobs manager, PauseListener pauses) {}
}
