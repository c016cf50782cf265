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
 * Counts the requests of a sender for each node. The coordinator of a request is known when it
 * responds, or at once if the sender selected it. Thread-safe.
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
   * Records that a request is sent.
   *
   * @param chosen the node that receives it; null if the driver selects the node
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
    // The driver tried these nodes before, by itself.
    execution.getErrors().forEach(error -> failedAt(error.getKey(), error.getValue()));
  }

  /**
   * Records a failed request.
   *
   * @param isDivided whether the caller divides the read if it is too large. Then exceeding a limit
   *     is part of finding the right size and does not count as a failure
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

  /** Returns the node that a request failed at; null if unknown. */
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
