package io.ringhaul.benchmarks.tuning;

import io.ringhaul.OperationRequest;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.monitor.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The throughput of an operation over a limited time.
 *
 * @param speeds rows per second for each second, starting with the first second that has rows
 * @param changes the changes of the tuner with their latest outcome
 * @param settings the parameters at the end
 */
public record WatchedRun(
    List<Double> speeds, List<TuningEntry> changes, Map<String, Long> settings) {

  /** Runs the operation for the given number of seconds and cancels it then. */
  public static WatchedRun of(OperationRequest<?, ?> request, int seconds)
      throws InterruptedException {
    List<Sample> samples = Collections.synchronizedList(new ArrayList<>());
    Map<String, TuningEntry> changes = Collections.synchronizedMap(new LinkedHashMap<>());
    request.onSample(samples::add);
    request.onTuning(entry -> changes.put(entry.id(), entry));
    CompletableFuture<?> running = request.executeAsync();
    try {
      running.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException | CancellationException e) {
      running.cancel(true);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    // The cancelled operation ends on its own; its threads have ended with the last sample.
    Thread.sleep(2_000);
    List<Sample> all;
    synchronized (samples) {
      all = List.copyOf(samples);
    }
    List<Double> speeds =
        all.stream()
            // The last sample does not cover a whole second.
            .limit(Math.max(0, all.size() - 1))
            .dropWhile(sample -> sample.rowsPerSecond() == 0)
            .map(Sample::rowsPerSecond)
            .toList();
    Map<String, Long> settings = all.isEmpty() ? Map.of() : all.get(all.size() - 1).tunables();
    synchronized (changes) {
      return new WatchedRun(speeds, List.copyOf(changes.values()), settings);
    }
  }

  /** Returns the mean rows per second from one second to another. */
  public double mean(int from, int to) {
    return speeds.stream()
        .skip(from)
        .limit(to - from)
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(0);
  }

  /**
   * Returns the number of seconds until the mean of five seconds first reached this speed; -1 if
   * never.
   */
  public int secondsTo(double speed) {
    for (int i = 5; i <= speeds.size(); i++) {
      if (mean(i - 5, i) >= speed) {
        return i;
      }
    }
    return -1;
  }
}
