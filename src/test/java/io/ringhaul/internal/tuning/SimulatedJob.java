package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.tuning.Parameter.Preference;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.TaskSample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A job on a simulated cluster, with noise from a seed. By Little's law the rows per second are the
 * rows of the requests in flight divided by the latency of one, up to the capacity of the cluster;
 * a longer queue lowers the capacity slightly.
 */
final class SimulatedJob {

  /** A tunable that stores its value. */
  private static final class Value implements Tunable {
    private final String name;
    private final long most;
    private long value;

    private Value(String name, long value, long most) {
      this.name = name;
      this.value = value;
      this.most = most;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long value() {
      return value;
    }

    @Override
    public long least() {
      return 1;
    }

    @Override
    public long most() {
      return most;
    }

    @Override
    public void set(long next) {
      if (next < 1 || next > most) {
        throw new IllegalArgumentException(name + " is " + next);
      }
      value = next;
    }
  }

  /**
   * The properties of the cluster.
   *
   * @param rowsPerSecond the capacity
   * @param tripSeconds the time of a request without its rows
   * @param rowSeconds the time of each row
   * @param queue requests in flight from which the queue lowers the capacity
   * @param overload requests in flight from which some are rejected; 0 for never
   */
  record Cluster(
      double rowsPerSecond, double tripSeconds, double rowSeconds, int queue, int overload) {

    /** About 8 requests with 2,000 rows each use its capacity. */
    static final Cluster USUAL = new Cluster(200_000, 0.004, 0.00003, 64, 0);

    double speed(long inFlight, long pageRows) {
      double latency = tripSeconds + pageRows * rowSeconds;
      double offered = inFlight * pageRows / latency;
      double longQueue = Math.max(0, Math.log((double) inFlight / queue));
      double capacity = rowsPerSecond / (1 + 0.25 * longQueue) / (1 + pageRows / 100_000.0);
      // Near the capacity a queue forms.
      return 1 / Math.pow(Math.pow(1 / offered, 4) + Math.pow(1 / capacity, 4), 0.25);
    }
  }

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Value inFlight;
  private final Value pageRows;
  private final SplittableRandom random;
  private final double noise;
  private Cluster cluster;
  private long seconds;
  private double rows;
  private double most = Double.POSITIVE_INFINITY;
  private int ceiling = Integer.MAX_VALUE;
  private boolean isEnding;

  SimulatedJob(Cluster cluster, long inFlight, long pageRows, double noise, long seed) {
    this.cluster = cluster;
    this.inFlight = new Value(Tunable.IN_FLIGHT, inFlight, 1_024);
    this.pageRows = new Value("pageRows", pageRows, 5_000);
    this.noise = noise;
    this.random = new SplittableRandom(seed);
  }

  /** A job at its start, on a table with rows of about 100 bytes. */
  List<Parameter> parameters() {
    return List.of(
        new Parameter(inFlight, () -> 8, Preference.LESS),
        new Parameter(pageRows, () -> 2_600, Preference.USUAL));
  }

  /** Replaces the cluster. */
  void become(Cluster other) {
    cluster = other;
  }

  /** Limits the rows per second. */
  void limit(double rowsPerSecond) {
    most = rowsPerSecond;
  }

  /** Limits the requests in flight. */
  void ceiling(int requests) {
    ceiling = requests;
  }

  /**
   * Starts the end of the job: the last of four workers reads the last task, one page at a time.
   */
  void end() {
    isEnding = true;
  }

  /** The rows per second of the current values, without noise. */
  double speed() {
    long requests = Math.min(isEnding ? 1 : ceiling, inFlight.value());
    return Math.min(most, cluster.speed(requests, pageRows.value()));
  }

  /** The highest rows per second of fixed values. */
  double best() {
    double best = 0;
    for (long requests = 1; requests <= 1_024; requests *= 2) {
      for (long page : List.of(10, 50, 100, 500, 1_000, 2_600, 5_000)) {
        best = Math.max(best, cluster.speed(requests, page));
      }
    }
    return best;
  }

  Map<String, Long> values() {
    Map<String, Long> values = new LinkedHashMap<>();
    values.put(inFlight.name(), inFlight.value());
    values.put(pageRows.name(), pageRows.value());
    return values;
  }

  /** Simulates a second. */
  Sample next() {
    return next(sample -> 0);
  }

  /**
   * Simulates a second.
   *
   * @param paused 1 if the job is paused
   */
  Sample next(ToDoubleFunction<Long> paused) {
    seconds++;
    boolean isHeld = paused.applyAsDouble(seconds) > 0;
    boolean isOver = cluster.overload() > 0 && inFlight.value() >= cluster.overload();
    double now = isHeld ? 0 : speed() * (1 + noise * gaussian());
    rows += Math.max(0, now);
    long requests = (long) (now / pageRows.value());
    long refused = isOver ? 5 + requests / 20 : 0;
    double latency = 1_000 * inFlight.value() * pageRows.value() / Math.max(1, speed());
    return new Sample(
        START.plusSeconds(seconds),
        1,
        new Progress(
            isEnding ? 99 : 0,
            100,
            (long) rows,
            0,
            ((long) rows) * 100,
            Duration.ofSeconds(seconds),
            0.5,
            Math.max(0, now),
            Optional.empty(),
            0,
            0,
            Duration.ZERO,
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        Math.max(0, now),
        Math.max(0, now) * 100,
        requests,
        refused,
        refused,
        refused,
        (int) inFlight.value(),
        isHeld ? 0 : (int) Math.min(ceiling, inFlight.value()),
        0,
        isHeld,
        4,
        0.5,
        pageRows.value(),
        pageRows.value() * 100.0,
        0,
        0,
        new Latency(100, latency, latency, latency * 1.5, latency * 2),
        List.of(),
        List.of(),
        isEnding
            ? List.of(new TaskSample(99, 0, 1_000, seconds, "", OptionalDouble.empty()))
            : List.of(),
        new ProcessSample(0.3, 0.5, seconds, 20, 100 << 20, 50 << 20, 1 << 30, 0.01, 5, -1, 0, 0),
        values());
  }

  private double gaussian() {
    double sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum - 6;
  }

  /** Number of changes of direction in the kept values of all parameters. */
  static int turns(List<Long> values) {
    List<Long> steps = new ArrayList<>();
    for (int i = 1; i < values.size(); i++) {
      if (!values.get(i).equals(values.get(i - 1))) {
        steps.add(values.get(i) - values.get(i - 1));
      }
    }
    int turns = 0;
    for (int i = 1; i < steps.size(); i++) {
      turns += steps.get(i) > 0 == steps.get(i - 1) > 0 ? 0 : 1;
    }
    return turns;
  }
}
