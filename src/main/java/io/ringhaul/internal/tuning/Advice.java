package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.monitor.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Says which parameters should be changed, by what can be seen without changing them. Each advice
 * is given once. Not thread-safe.
 */
final class Advice {

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
    return sample.inFlight() >= ALL * sample.inFlightBound() && sample.process().cpuShare() < BUSY;
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
          "All %d requests that may be in flight are, the client's processors are busy for %.0f %%"
              + " only, and no node is overloaded",
          sample.inFlightBound(),
          100 * sample.process().cpuShare());
    }
    return "It is far from what it is by default, which is good for most tables";
  }
}
