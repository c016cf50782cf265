package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Collects the bottlenecks and samples of one operation and waits for expected ones. */
final class Bottlenecks implements BottleneckListener, SampleListener {

  /** Longest time from the cause of a bottleneck to its detection. */
  static final Duration SOON = Duration.ofSeconds(10);

  private final List<Bottleneck> found = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private Optional<LimitingFactor> limitedBy = Optional.empty();

  @Override
  public synchronized void found(Bottleneck bottleneck) {
    found.add(bottleneck);
    notifyAll();
  }

  @Override
  public synchronized void limitedBy(LimitingFactor factor) {
    limitedBy = Optional.of(factor);
    notifyAll();
  }

  @Override
  public synchronized void sampled(Sample sample) {
    samples.add(sample);
    notifyAll();
  }

  synchronized List<Bottleneck> all() {
    return List.copyOf(found);
  }

  synchronized int samples() {
    return samples.size();
  }

  synchronized Sample last() {
    return samples.get(samples.size() - 1);
  }

  synchronized Optional<LimitingFactor> limitedBy() {
    return limitedBy;
  }

  /**
   * Waits until the operation has produced this many matching samples, not necessarily consecutive.
   */
  void awaitSamples(int count, Predicate<Sample> like) throws InterruptedException {
    awaitSamples(count, like, 0);
  }

  /** Like {@link #awaitSamples(int, Predicate)}, but ignores the first {@code after} samples. */
  synchronized void awaitSamples(int count, Predicate<Sample> like, int after)
      throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (samples.stream().skip(after).filter(like).count() < count) {
      wait(millisUntil(deadline, "matching samples"));
    }
  }

  /**
   * Waits for a bottleneck of the given kind, whose cause starts now, and prints the detection
   * time.
   */
  synchronized Bottleneck awaitSoon(BottleneckKind kind) throws InterruptedException {
    long caused = System.nanoTime();
    while (true) {
      for (Bottleneck bottleneck : found) {
        if (bottleneck.kind() == kind) {
          double seconds = (System.nanoTime() - caused) / 1e9;
          System.out.printf(
              "%s detected after %.1f s: %s %s%n",
              kind, seconds, bottleneck.reason(), bottleneck.evidence());
          assertThat(bottleneck.open()).isTrue();
          assertThat(bottleneck.evidence()).isNotEmpty();
          return bottleneck;
        }
      }
      wait(millisUntil(caused + SOON.toNanos(), kind.name()));
    }
  }

  private long millisUntil(long deadline, String what) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      Sample last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
      fail("%s not detected in time; detected: %s; last sample: %s", what, found, last);
    }
    return Math.max(1, left / 1_000_000);
  }
}
