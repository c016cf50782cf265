package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.ExecutionInfo;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.CoordinatorException;
import io.ringhaul.internal.metrics.NodeMeter;
import io.ringhaul.internal.metrics.OperationMetrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of a sender, node by node. Which node coordinated a request is known when it
 * answers, unless the sender has chosen it. Thread-safe.
 */
final class RequestMeter {

  private final OperationMetrics metrics;
  private final Map<Node, NodeMeter> nodes = new ConcurrentHashMap<>();

  RequestMeter(OperationMetrics metrics) {
    this.metrics = metrics;
  }

  private NodeMeter of(Node node) {
    return nodes.computeIfAbsent(node, met -> metrics.node(NodeNames.of(met)));
  }

  /**
   * A request is sent.
   *
   * @param chosen the node that it goes to; null if the driver chooses
   */
  void sent(@Nullable Node chosen) {
    if (chosen != null) {
      of(chosen).sent();
    }
  }

  void answered(@Nullable Node chosen, ExecutionInfo execution, long nanos) {
    returned(chosen);
    metrics.answered(Math.max(0, execution.getResponseSizeInBytes()));
    Node coordinator = execution.getCoordinator();
    if (coordinator != null) {
      of(coordinator).answered(nanos);
    }
    // The driver has tried these before, without asking.
    execution.getErrors().forEach(error -> failedAt(error.getKey(), error.getValue()));
  }

  /**
   * A request failed.
   *
   * @param isDivided whether it is asked for in parts if it was too much: that is how it is found
   *     how much is not, and no failure of the cluster
   */
  void failed(@Nullable Node chosen, Throwable failure, boolean isDivided) {
    returned(chosen);
    Throwable cause = Failures.unwrap(failure);
    if (isDivided && Excess.of(cause).isPresent()) {
      return;
    }
    if (cause instanceof AllNodesFailedException all && !all.getAllErrors().isEmpty()) {
      for (Map.Entry<Node, List<Throwable>> errors : all.getAllErrors().entrySet()) {
        errors.getValue().forEach(error -> failedAt(errors.getKey(), error));
      }
      return;
    }
    if (cause instanceof DriverException known && known.getExecutionInfo() != null) {
      known
          .getExecutionInfo()
          .getErrors()
          .forEach(error -> failedAt(error.getKey(), error.getValue()));
    }
    failedAt(coordinator(chosen, cause), cause);
  }

  /** The node that a request failed at; null if nobody knows. */
  private static @Nullable Node coordinator(@Nullable Node chosen, Throwable failure) {
    if (failure instanceof CoordinatorException answered) {
      return answered.getCoordinator();
    }
    if (failure instanceof DriverException known && known.getExecutionInfo() != null) {
      Node asked = known.getExecutionInfo().getCoordinator();
      return asked == null ? chosen : asked;
    }
    return chosen;
  }

  private void failedAt(@Nullable Node node, Throwable failure) {
    metrics.failed();
    boolean isOverload = Failures.isOverload(failure) || Failures.isOutOfTime(failure);
    if (isOverload) {
      metrics.overloaded();
    }
    if (node != null) {
      of(node).failed();
      if (isOverload) {
        of(node).overloaded();
      }
    }
  }

  private void returned(@Nullable Node chosen) {
    if (chosen != null) {
      of(chosen).returned();
    }
  }
}
