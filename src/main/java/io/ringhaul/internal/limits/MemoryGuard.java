package io.ringhaul.internal.limits;

import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;

/**
 * Lowers the size of pages and the requests in flight while the heap is short, before the collector
 * takes the time that the work needs. Not thread-safe.
 */
final class MemoryGuard {

  /** Beyond this much that stays after a collection, the next ones come ever sooner. */
  static final double FULL = 0.75;

  /** Twice what a collector takes of a healthy process. */
  static final double COLLECTING = 0.10;

  /** Only well below both bounds something is given back, so that it does not swing. */
  private static final double ROOMY = 0.65;

  private static final double QUIET = 0.05;

  /** A step shows when what was in memory has left it and a collection has seen that. */
  private static final int SAMPLES_BETWEEN_STEPS = 3;

  /** One long collection is no sign: two of the last three samples are. */
  private static final int COLLECTING_OF = 3;

  private static final int COLLECTING_TIMES = 2;

  /** Who has not collected what is old for so long has room, whatever the last time has left. */
  private static final int STALE_SAMPLES = 60;

  /** Memory that was short once may be so again: an eighth comes back every five seconds. */
  private static final int CALM_SAMPLES = 5;

  private static final int PARTS = 8;

  private int requests = Integer.MAX_VALUE;
  private long pageBytes = Long.MAX_VALUE;
  private int requestsBefore;
  private long pageBytesBefore;
  private long heapAtStep = -1;
  private int sinceStep = SAMPLES_BETWEEN_STEPS;
  private int calm;

  /** Whether the collector took too much of the last samples, the newest in the lowest bit. */
  private int collecting;

  /** How many requests may be in flight; all of {@code int} for no bound. */
  int requests() {
    return requests;
  }

  /** How many bytes a page may have; all of {@code long} for no bound. */
  long pageBytes() {
    return pageBytes;
  }

  /** Whether anything is held down. */
  boolean isHolding() {
    return requests != Integer.MAX_VALUE || pageBytes != Long.MAX_VALUE;
  }

  /** Learns from a sample; the bounds may be others then. */
  void sampled(Sample sample) {
    if (sample.paused()) {
      return;
    }
    ProcessSample process = sample.process();
    collecting =
        (collecting << 1 | (process.gcShare() > COLLECTING ? 1 : 0)) & ((1 << COLLECTING_OF) - 1);
    sinceStep++;
    if (isShort(process)) {
      calm = 0;
      if (sinceStep >= SAMPLES_BETWEEN_STEPS) {
        lower(sample);
      }
    } else if (isRoomy(process)) {
      calm++;
      if (isHolding() && calm % CALM_SAMPLES == 0) {
        giveBack();
      }
    } else {
      calm = 0;
    }
  }

  private boolean isShort(ProcessSample process) {
    return Integer.bitCount(collecting) >= COLLECTING_TIMES
        || (process.keptShare() > FULL && isNews(process));
  }

  private boolean isRoomy(ProcessSample process) {
    boolean isStale = !isNews(process) && sinceStep >= STALE_SAMPLES;
    return process.gcShare() < QUIET && (process.keptShare() < ROOMY || isStale);
  }

  /** Without another collection there is nothing new to be known of the heap. */
  private boolean isNews(ProcessSample process) {
    return process.heapAfterGc() != heapAtStep;
  }

  private void lower(Sample sample) {
    if (requests == Integer.MAX_VALUE) {
      requestsBefore = sample.inFlightBound();
    }
    if (pageBytes == Long.MAX_VALUE) {
      pageBytesBefore = (long) sample.pageBytes();
    }
    requests = Math.max(1, Math.min(requests, sample.inFlightBound()) / 2);
    if (pageBytesBefore > 0) {
      long now = pageBytes == Long.MAX_VALUE ? pageBytesBefore : pageBytes;
      pageBytes = Math.max(Tunable.LEAST_PAGE_BYTES, now / 2);
    }
    heapAtStep = sample.process().heapAfterGc();
    sinceStep = 0;
    collecting = 0;
  }

  private void giveBack() {
    if (requests != Integer.MAX_VALUE) {
      int more = requests + Math.max(1, requestsBefore / PARTS);
      requests = more >= requestsBefore ? Integer.MAX_VALUE : more;
    }
    if (pageBytes != Long.MAX_VALUE) {
      long more = pageBytes + Math.max(1, pageBytesBefore / PARTS);
      pageBytes = more >= pageBytesBefore ? Long.MAX_VALUE : more;
    }
  }
}
