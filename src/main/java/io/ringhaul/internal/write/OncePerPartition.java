package io.ringhaul.internal.write;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets readers write what all rows of a partition carry, one after the other for each partition,
 * although its rows may lie anywhere in the source. To remember all partitions would take memory
 * without bound: those met last are remembered, and for others it is up to the write to look into
 * the table, or to be one that may be done again. Thread-safe.
 */
final class OncePerPartition {

  /** One write for one partition. */
  @FunctionalInterface
  interface Write {
    /** Whether it took effect, now or before. */
    boolean isDone() throws InterruptedException;
  }

  private static final int STRIPES = 1 << 10;

  private static final class Stripe {
    private @Nullable ByteBuffer last;
  }

  private final Stripe[] stripes = new Stripe[STRIPES];

  /** Partitions whose write is in doubt: it may still take effect after a look. */
  private final Set<ByteBuffer> doubtful = ConcurrentHashMap.newKeySet();

  OncePerPartition() {
    Arrays.setAll(stripes, i -> new Stripe());
  }

  /** Does the write unless it is remembered to have been done, and waits for its end. */
  void write(ByteBuffer partition, Write write) throws InterruptedException {
    Stripe stripe = stripes[Math.floorMod(partition.hashCode(), STRIPES)];
    synchronized (stripe) {
      if (partition.equals(stripe.last) || doubtful.contains(partition)) {
        return;
      }
      if (!write.isDone()) {
        doubtful.add(partition);
      }
      stripe.last = partition;
    }
  }
}
