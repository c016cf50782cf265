package io.ringhaul.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations as observations in an application's registry. */
@ClusterTest
class JobObservationIT {

  /** Records the events of an observation. */
  private static final class Recorder implements ObservationHandler<Observation.Context> {

    private final List<String> steps = new ArrayList<>();

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    @Override
    public void onStart(Observation.Context context) {
      steps.add("start " + context.getContextualName());
    }

    @Override
    public void onError(Observation.Context context) {
      steps.add("error");
    }

    @Override
    public void onEvent(Observation.Event event, Observation.Context context) {
      steps.add(event.getName());
    }

    @Override
    public void onStop(Observation.Context context) {
      steps.add("stop " + context.getAllKeyValues().stream().map(each -> each.getKey()).toList());
    }
  }

  private static String keyspace = "";

  private final Recorder recorder = new Recorder();
  private final ObservationRegistry registry = ObservationRegistry.create();

  @BeforeAll
  static void fill() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY)");
    TestCluster.session().execute("INSERT INTO " + keyspace + ".t (k) VALUES (1)");
  }

  @BeforeEach
  void listen() {
    registry.observationConfig().observationHandler(recorder);
  }

  @Test
  void observesAnOperation() {
    JobObservation observation =
        new JobObservation(registry, "count of tables", KeyValues.of("team", "data"));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      long rows =
          observation
              .observe(
                  () ->
                      operator
                          .count(keyspace, "t")
                          .onSample(observation)
                          .onBottleneck(observation)
                          .execute())
              .rows();
      assertThat(rows).isEqualTo(1);
    }
    assertThat(recorder.steps.get(0)).isEqualTo("start count of tables");
    assertThat(recorder.steps.get(recorder.steps.size() - 1))
        .startsWith("stop ")
        .contains("team", "ringhaul.rows", "ringhaul.bytes");
    assertThat(registry.getCurrentObservation()).isNull();
  }

  @Test
  void observesAFailure() {
    JobObservation observation = new JobObservation(registry, "count", KeyValues.empty());
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThatThrownBy(
              () ->
                  observation.observe(
                      () -> operator.count(keyspace, "nothing").onSample(observation).execute()))
          .isInstanceOf(BulkOperationException.class);
    }
    assertThat(recorder.steps).containsSubsequence("start count", "error");
  }
}
