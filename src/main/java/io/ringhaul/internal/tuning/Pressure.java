package io.ringhaul.internal.tuning;

import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import java.util.Locale;
import java.util.Optional;

/** What says that a job asks too much of the cluster or of its own process. */
final class Pressure {

  /**
   * Cassandra gives a read up after 5 s by default; who waits longer only waits for requests that
   * will fail.
   */
  private static final double MOST_LATENCY_MILLIS = 5_000;

  /** A single request that fails is no sign, nor are a few of many. */
  static final int LEAST_OVERLOADS = 2;

  private static final double OVERLOAD_SHARE = 0.01;

  /** A few slow answers are no sign. */
  private static final int LEAST_ANSWERS = 10;

  /** Of the time: a quarter of all work is lost to the collector by then. */
  private static final double MOST_GC_SHARE = 0.25;

  /** Of the heap after a collection: the next full collections come one after the other. */
  private static final double MOST_HEAP_SHARE = 0.9;

  /** One long collection is no sign. */
  private static final int TIMES = 2;

  private int full;

  /** What a collection had left when the heap was last told to be full; no news until another. */
  private long judged = -1;

  /** What was too much in this sample, for people; empty if nothing was. */
  Optional<String> of(Sample sample) {
    full = isHeapFull(sample.process()) ? full + 1 : 0;
    if (sample.overloads() >= LEAST_OVERLOADS
        && sample.overloads() >= OVERLOAD_SHARE * (sample.requests() + sample.errors())) {
      return Optional.of(
          sample.overloads() + " requests met an overloaded node or ran out of time");
    }
    if (full >= TIMES) {
      full = 0;
      judged = sample.process().heapAfterGc();
      return Optional.of("the heap is nearly full, and the collector takes too much of the time");
    }
    if (sample.latency().count() >= LEAST_ANSWERS
        && sample.latency().p99Millis() > MOST_LATENCY_MILLIS) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "one request of a hundred takes more than %.1f s",
              sample.latency().p99Millis() / 1_000));
    }
    return Optional.empty();
  }

  private boolean isHeapFull(ProcessSample process) {
    return process.gcShare() > MOST_GC_SHARE
        || (process.keptShare() > MOST_HEAP_SHARE && process.heapAfterGc() != judged);
  }
}
