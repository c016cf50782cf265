package io.ringhaul.internal.tuning;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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

  /**
   * Says which parameters should be changed, by what can be seen without changing them. Each advice
   * is given once. Not thread-safe.
   */
  private static final class Advice {

    /** What is seen in so many samples one after the other is no chance. */
    private static final int LASTING = 5;

    /** So many of the last samples with an overload are no chance: pauses keep them apart. */
    private static final int OVERLOADED = 2;

    private static final int OVERLOADED_OF = 8;

    /** A value is worth a word if it is off by more than this factor. */
    private static final double FAR = 2;

    /** Of the places: whoever uses as many would use more. */
    private static final double ALL = 0.9;

    /** Of the client's processors: with more in use they are what holds the job back. */
    private static final double BUSY = 0.8;

    private final List<Parameter> parameters;
    private final Map<String, Long> earlier;
    private final Consumer<TuningEntry> history;
    private final Map<String, Long> given = new HashMap<>();
    private final Map<String, Integer> lasting = new HashMap<>();

    /** The last samples, the newest in the lowest bit; set where a node was overloaded. */
    private int overloads;

    Advice(List<Parameter> parameters, Map<String, Long> earlier, Consumer<TuningEntry> history) {
      this.parameters = parameters;
      this.earlier = Map.copyOf(earlier);
      this.history = history;
    }

    void sampled(Sample sample) {
      if (sample.paused() || (sample.requests() == 0 && sample.overloads() == 0)) {
        return;
      }
      overloads = (overloads << 1 | (sample.overloads() > 0 ? 1 : 0)) & ((1 << OVERLOADED_OF) - 1);
      for (Parameter parameter : parameters) {
        if (overloads != 0 && parameter.name().equals(Tunable.IN_FLIGHT)) {
          lasting.remove(parameter.name());
          if (sample.overloads() > 0 && Integer.bitCount(overloads) >= OVERLOADED) {
            advise(parameter, sample);
          }
          continue;
        }
        boolean isOff = isOff(parameter, sample);
        int times = isOff ? lasting.merge(parameter.name(), 1, Integer::sum) : 0;
        if (times == 0) {
          lasting.remove(parameter.name());
        } else if (times == LASTING) {
          advise(parameter, sample);
        }
      }
    }

    private boolean isOff(Parameter parameter, Sample sample) {
      long wanted = wanted(parameter, sample);
      double ratio = (double) wanted / parameter.value();
      if (ratio >= 1 / FAR && ratio <= FAR) {
        return false;
      }
      if (!parameter.name().equals(Tunable.IN_FLIGHT) || ratio < 1) {
        return true;
      }
      return sample.inFlight() >= ALL * sample.inFlightBound()
          && sample.process().cpuShare() < BUSY;
    }

    private long wanted(Parameter parameter, Sample sample) {
      if (parameter.name().equals(Tunable.IN_FLIGHT) && sample.overloads() > 0) {
        return parameter.within(parameter.value() / 4);
      }
      Long worked = earlier.get(parameter.name());
      long usual = parameter.usual().getAsLong();
      long wanted = worked != null ? worked : usual == 0 ? parameter.value() : usual;
      return parameter.within(wanted);
    }

    private void advise(Parameter parameter, Sample sample) {
      long wanted = wanted(parameter, sample);
      if (wanted == parameter.value()) {
        return;
      }
      Long before = given.put(parameter.name(), wanted);
      if (before != null && before == wanted) {
        return;
      }
      history.accept(
          new TuningEntry(
              UUID.randomUUID().toString(),
              sample.time(),
              parameter.name(),
              parameter.value(),
              wanted,
              reason(parameter, sample),
              Optional.empty(),
              State.ADVISED));
    }

    private String reason(Parameter parameter, Sample sample) {
      if (parameter.name().equals(Tunable.IN_FLIGHT) && sample.overloads() > 0) {
        return String.format(
            Locale.ROOT,
            "Nodes are overloaded: %d requests of the last second had to be sent again",
            sample.overloads());
      }
      if (earlier.containsKey(parameter.name())) {
        return "It was the fastest in an earlier job of this kind on the same table";
      }
      if (parameter.name().equals(Tunable.IN_FLIGHT)) {
        return String.format(
            Locale.ROOT,
            "All %d requests that may be in flight are, the client's processors are busy for %.0f"
                + " %% only, and no node is overloaded",
            sample.inFlightBound(),
            100 * sample.process().cpuShare());
      }
      return "It is far from what it is by default, which is good for most tables";
    }
  }
}
