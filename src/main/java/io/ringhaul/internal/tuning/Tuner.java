package io.ringhaul.internal.tuning;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Changes the parameters of a job while it runs, or says which should be changed, and does what is
 * asked for by hand. Thread-safe.
 */
public final class Tuner implements SampleListener {

  private final TuningMode mode;
  private final List<Parameter> parameters;
  private final Consumer<TuningEntry> history;
  private final HillClimber climber;
  private final Advice advice;
  private int samples;

  /**
   * @param parameters those of the job, each of another name
   * @param earlier what worked for an earlier job, by name; empty if nothing is known
   * @param held whether a sample was taken while something else than the parameters bounded the
   *     speed, such as a rate that was asked for: it says nothing of them
   * @param history hears of each change, and once more when its effect is measured; on the thread
   *     that calls
   */
  public Tuner(
      TuningMode mode,
      List<Parameter> parameters,
      Map<String, Long> earlier,
      Predicate<Sample> held,
      Consumer<TuningEntry> history) {
    this.mode = mode;
    this.parameters = List.copyOf(parameters);
    this.history = history;
    this.climber = new HillClimber(this.parameters, held, history);
    this.advice = new Advice(this.parameters, earlier, history);
  }

  @Override
  public synchronized void sampled(Sample sample) {
    samples++;
    switch (mode) {
      case ADAPT -> climber.sampled(sample);
      case ADVISE -> advice.sampled(sample);
      case OFF -> {}
    }
  }

  /**
   * Sets a parameter as somebody asks for, in every mode; it is not tuned any more.
   *
   * @param id names the entry of the history
   * @throws InvalidSettingException if the job has no such parameter, or it does not take the value
   */
  public synchronized void set(String id, String name, long value, Instant time) {
    Parameter parameter = parameter(name);
    Tunable tunable = parameter.tunable();
    if (value < tunable.least() || value > tunable.most()) {
      throw new InvalidSettingException(
          name,
          String.format(
              "%s is %d; it takes %d to %d", name, value, tunable.least(), tunable.most()));
    }
    climber.leave(parameter);
    long before = tunable.value();
    tunable.set(value);
    history.accept(
        new TuningEntry(
            id,
            time,
            name,
            before,
            value,
            "Somebody has asked for it",
            Optional.empty(),
            State.APPLIED));
  }

  /** The values of the parameters just now, by name. */
  public Map<String, Long> values() {
    return parameters.stream()
        .collect(Collectors.toMap(Parameter::name, each -> each.tunable().value()));
  }

  private Parameter parameter(String name) {
    return parameters.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    name,
                    String.format(
                        "The job has no parameter %s; it has %s",
                        name,
                        parameters.stream()
                            .map(Parameter::name)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * What the next job of the same kind should begin with: the values that have proved themselves
   * when the job was at its full strength last, by name, without those that somebody has set. Empty
   * if the parameters were not adapted, or not for long enough to tell.
   */
  public synchronized Optional<Proven> proven() {
    return mode == TuningMode.ADAPT && samples >= Proven.LEAST_SAMPLES
        ? climber.proven()
        : Optional.empty();
  }

  /** The job is at its end: what is being tried just now is taken back. */
  public synchronized void end() {
    climber.stop();
  }

  /**
   * Values that have proved themselves.
   *
   * @param values by name
   * @param rowsPerSecond that they gave
   */
  public record Proven(Map<String, Long> values, double rowsPerSecond) {

    /** A shorter job says nothing of what is good for a longer one. */
    static final int LEAST_SAMPLES = 10;

    public Proven {
      values = Map.copyOf(values);
    }
  }
}
