package io.ringhaul.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/**
 * Marks a test that needs the {@link TestCluster}. The test is skipped if {@code ringhaul.cluster}
 * is {@code testcontainers} and no container engine is available.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterTest.Condition.class)
public @interface ClusterTest {

  /** Checks that a container engine is available. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (TestCluster.usesContainers() && !DockerClientFactory.instance().isDockerAvailable()) {
        return ConditionEvaluationResult.disabled(
            "ringhaul.cluster=testcontainers, but no container engine is available");
      }
      return ConditionEvaluationResult.enabled("a cluster is available");
    }
  }
}
