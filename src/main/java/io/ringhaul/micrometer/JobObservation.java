package io.ringhaul.micrometer;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * An operation as an observation, and so as a span of the application's traces.
 *
 * <pre>{@code
 * JobObservation observation = new JobObservation(registry, "nightly export", KeyValues.empty());
 * observation.observe(
 *     () ->
 *         operator
 *             .export("store", "orders")
 *             .to(target)
 *             .onSample(observation)
 *             .onBottleneck(observation)
 *             .execute());
 * }</pre>
 *
 * <p>The observation is called {@code ringhaul.job} and lasts as long as the call. It is in scope
 * for the calling thread, carries the failure if there is one, and has at its end the figures
 * {@code ringhaul.rows} and {@code ringhaul.bytes} and, if there is a limiting factor, {@code
 * ringhaul.limited.by}. A bottleneck is an event of it, {@code ringhaul.bottleneck.skew} for
 * instance, whose contextual name is its reason. For one operation.
 */
public final class JobObservation implements SampleListener, BottleneckListener {

  private static final String NAME = "ringhaul.job";

  private final Observation observation;

  /**
   * Creates an observation that is not started.
   *
   * @param name the name of the operation in traces, such as {@code nightly export}
   * @param more key values of low cardinality
   */
  public JobObservation(ObservationRegistry registry, String name, KeyValues more) {
    this.observation =
        Observation.createNotStarted(NAME, registry)
            .contextualName(name)
            .lowCardinalityKeyValues(more);
  }

  /** Runs the operation within the observation, and returns its result. */
  public <T> T observe(Supplier<T> operation) {
    return observation.observe(operation);
  }

  @Override
  public void sampled(Sample sample) {
    // The last sample has the final figures.
    observation.highCardinalityKeyValue("ringhaul.rows", Long.toString(sample.progress().rows()));
    observation.highCardinalityKeyValue("ringhaul.bytes", Long.toString(sample.progress().bytes()));
  }

  @Override
  public void found(Bottleneck bottleneck) {
    String kind = bottleneck.kind().name().toLowerCase(Locale.ROOT).replace('_', '.');
    observation.event(Observation.Event.of("ringhaul.bottleneck." + kind, bottleneck.reason()));
  }

  @Override
  public void limitedBy(LimitingFactor factor) {
    observation.lowCardinalityKeyValue("ringhaul.limited.by", factor.kind().key());
  }
}
