package io.ringhaul.micrometer;

import com.datastax.oss.driver.api.core.cql.BatchType;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.RequestListener;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The requests of a {@link BatchWriter} as observations, and so as spans of the application's
 * traces.
 *
 * <pre>{@code
 * BatchWriter writer =
 *     BatchWriter.builder(session)
 *         .onRequest(new BatchWriterObservation(registry, KeyValues.of("writer", "orders")))
 *         .build();
 * }</pre>
 *
 * <p>Each request, a batch or a single statement, is an observation called {@code
 * ringhaul.batch.request}. It lasts from its sending to its acknowledgement or its failure, retries
 * included. Its parent is the current observation of the thread that sends it, which may belong to
 * another caller than the one that added a statement; a batch that is sent at its maximum age has
 * no parent. It carries the failure if there is one.
 *
 * <table>
 *   <caption>The key values</caption>
 *   <tr><th>Key</th><th>Cardinality</th><th>Value</th></tr>
 *   <tr><td>ringhaul.type</td><td>low</td><td>{@code logged}, {@code unlogged}, {@code counter};
 *       {@code single} for a statement outside of a batch</td></tr>
 *   <tr><td>ringhaul.outcome</td><td>low</td><td>{@code acknowledged}, {@code failed}; {@code
 *       unknown} until the end</td></tr>
 *   <tr><td>ringhaul.statements</td><td>high</td><td>the number of statements</td></tr>
 *   <tr><td>ringhaul.bytes</td><td>high</td><td>the bytes of their values</td></tr>
 * </table>
 *
 * <p>For any number of writers. Thread-safe.
 */
public final class BatchWriterObservation implements RequestListener {

  private static final String NAME = "ringhaul.batch.request";
  private static final String OUTCOME = "ringhaul.outcome";

  private final ObservationRegistry registry;
  private final KeyValues more;

  /**
   * Creates a listener for {@link io.ringhaul.batch.BatchWriterBuilder#onRequest}.
   *
   * @param more key values of low cardinality, such as the name of the writer
   */
  public BatchWriterObservation(ObservationRegistry registry, KeyValues more) {
    this.registry = registry;
    this.more = more;
  }

  @Override
  public Consumer<Optional<Throwable>> sending(
      Optional<BatchType> type, int statements, long bytes) {
    String kind = type.map(each -> each.toString().toLowerCase(Locale.ROOT)).orElse("single");
    Observation observation =
        Observation.createNotStarted(NAME, registry)
            .contextualName(type.isPresent() ? kind + " batch" : "single statement")
            .lowCardinalityKeyValues(more)
            .lowCardinalityKeyValue("ringhaul.type", kind)
            .lowCardinalityKeyValue(OUTCOME, "unknown")
            .highCardinalityKeyValue("ringhaul.statements", Integer.toString(statements))
            .highCardinalityKeyValue("ringhaul.bytes", Long.toString(bytes))
            .start();
    return failure -> {
      observation.lowCardinalityKeyValue(OUTCOME, failure.isPresent() ? "failed" : "acknowledged");
      failure.ifPresent(observation::error);
      observation.stop();
    };
  }
}
