package io.ringhaul.cluster;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import com.datastax.oss.driver.api.core.Version;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Marks a test that needs a feature which only some versions of Cassandra have. The test is skipped
 * by name on the others. The version is that of {@link TestCluster#version()}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnCassandra.Condition.class)
public @interface OnCassandra {

  /** The first version that has the feature. */
  String since() default "0.0";

  /** The first version that no longer has the feature, or no longer lacks it. */
  String before() default "99.0";

  /** The feature, as the subject of a sentence. */
  String feature();

  /** Compares the version of the cluster. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return context
          .getElement()
          .map(element -> element.getAnnotation(OnCassandra.class))
          .map(Condition::evaluate)
          .orElse(enabled("not restricted"));
    }

    private static ConditionEvaluationResult evaluate(OnCassandra range) {
      Version version = TestCluster.version();
      if (version.compareTo(parse(range.since())) >= 0
          && version.compareTo(parse(range.before())) < 0) {
        return enabled(range.feature());
      }
      return disabled("Cassandra " + version + ": " + range.feature());
    }

    private static Version parse(String text) {
      return Objects.requireNonNull(Version.parse(text));
    }
  }
}
