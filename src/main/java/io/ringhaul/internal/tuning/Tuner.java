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
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tunes the parameters of a job while it runs, or gives advice, and applies manual changes.
 * Thread-safe.
 */
public final class Tuner implements SampleListener {

  private final TuningMode mode;
  private final List<Parameter> parameters;
  private final Consumer<TuningEntry> history;
  private final HillClimber climber;
  private final Advice advice;

  /** Entries that {@link #tell} has not passed on. */
  private final Queue<TuningEntry> untold = new ConcurrentLinkedQueue<>();

  private final ReentrantLock telling = new ReentrantLock();
  private int samples;

  /**
   * @param parameters the parameters of the job, with distinct names
   * @param earlier the best values of an earlier job, by name; empty if unknown
   * @param held whether something other than the parameters, such as a rate limit, limited the
   *     speed of a sample; such samples are not measured
   * @param history receives each change, and again with its measured effect, in order; may take
   *     long, since the end of a job does not wait for it
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
    List<Parameter> tuned =
        parameters.stream().filter(each -> each.preference() != Parameter.Preference.KEPT).toList();
    this.climber = new HillClimber(tuned, held, untold::add);
    this.advice = new Advice(tuned, earlier, untold::add);
  }

  @Override
  public void sampled(Sample sample) {
    synchronized (this) {
      samples++;
      switch (mode) {
        case ADAPT -> climber.sampled(sample);
        case ADVISE -> advice.sampled(sample);
        case OFF -> {}
      }
    }
    tell();
  }

  /**
   * Passes entries on, outside the lock of the tuner. A thread that finds another one at it leaves
   * its entries to that one, which keeps their order.
   */
  private void tell() {
    while (!untold.isEmpty() && telling.tryLock()) {
      try {
        TuningEntry next = untold.poll();
        if (next != null) {
          history.accept(next);
        }
      } finally {
        telling.unlock();
      }
    }
  }

  /**
   * Sets a parameter manually, in every mode, and stops tuning it.
   *
   * @param id the id of the history entry
   * @throws InvalidSettingException if the job has no such parameter, or the value is out of bounds
   */
  public void set(String id, String name, long value, Instant time) {
    synchronized (this) {
      untold.add(change(id, name, value, time));
    }
    tell();
  }

  private TuningEntry change(String id, String name, long value, Instant time) {
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
    return new TuningEntry(
        id, time, name, before, value, "Set by a user", Optional.empty(), State.APPLIED);
  }

  /** The current values of the parameters, by name. */
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
                    parameters.isEmpty()
                        ? "No parameter of the job can change while it runs"
                        : String.format(
                            "The job has no parameter %s; it has %s",
                            name,
                            parameters.stream()
                                .map(Parameter::name)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * The values with which the next job of the same kind should start: the values found by the
   * search, without those set by a user. Empty if the parameters were not adapted, or for fewer
   * than 10 samples.
   */
  public synchronized Optional<Proven> proven() {
    return mode == TuningMode.ADAPT && samples >= Proven.LEAST_SAMPLES
        ? climber.proven()
        : Optional.empty();
  }

  /** Reverts the current trial at the end of the job. */
  public void end() {
    synchronized (this) {
      climber.stop();
    }
    tell();
  }

  /**
   * The best values found.
   *
   * @param rowsPerSecond the speed with these values
   */
  public record Proven(Map<String, Long> values, double rowsPerSecond) {

    /** Minimum samples; the values of a shorter job do not apply to a longer one. */
    static final int LEAST_SAMPLES = 10;

    public Proven {
      values = Map.copyOf(values);
    }
  }

  /**
   * Recommends changes of parameters from samples, without changing them. Each advice is given
   * once. Not thread-safe.
   */
  private static final class Advice {

    /** Consecutive samples with an unfavourable value before advice is given. */
    private static final int LASTING = 5;

    /**
     * Overloaded samples among the last {@code OVERLOADED_OF} before advice is given; pauses before
     * retries lie between them.
     */
    private static final int OVERLOADED = 2;

    private static final int OVERLOADED_OF = 8;

    /** Minimum factor between the value and the recommended value. */
    private static final double FAR = 2;

    /** Share of the request slots above which the job could use more slots. */
    private static final double ALL = 0.9;

    /** Share of client CPU above which the CPU is the bottleneck. */
    private static final double BUSY = 0.8;

    private final List<Parameter> parameters;
    private final Map<String, Long> earlier;
    private final Consumer<TuningEntry> history;
    private final Map<String, Long> given = new HashMap<>();
    private final Map<String, Integer> lasting = new HashMap<>();

    /** One bit per recent sample, newest lowest: set if a node was overloaded. */
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
            "Nodes are overloaded: %d requests of the last second had to be retried",
            sample.overloads());
      }
      if (earlier.containsKey(parameter.name())) {
        return "This value was the fastest in an earlier job of this kind on the same table";
      }
      if (parameter.name().equals(Tunable.IN_FLIGHT)) {
        return String.format(
            Locale.ROOT,
            "All %d request slots are in use, client CPU is at %.0f %%, and no node is overloaded",
            sample.inFlightBound(),
            100 * sample.process().cpuShare());
      }
      return parameter.farFromUsual() + ", which is good for most tables";
    }
  }
}
