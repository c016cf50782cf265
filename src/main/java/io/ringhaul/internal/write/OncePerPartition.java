package io.ringhaul.internal.write;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the writes that readers make once for each partition, although the rows of a partition
 * may lie anywhere in the source. Remembering all partitions would take unbounded memory: only the
 * most recent ones are remembered, and the write must look into the table or be repeatable.
 * Thread-safe.
 */
final class OncePerPartition {

  /** One write for one partition. */
  @FunctionalInterface
  interface Write {
    /** Writes unless the table has the write already; returns whether it has taken effect. */
    boolean writeUnlessThere() throws InterruptedException;
  }

  private static final int STRIPES = 1 << 10;

  private static final class Stripe {
    private @Nullable ByteBuffer last;
  }

  private final Stripe[] stripes = new Stripe[STRIPES];

  /** Partitions with a write in doubt, which may still take effect after a look into the table. */
  private final Set<ByteBuffer> doubtful = ConcurrentHashMap.newKeySet();

  OncePerPartition() {
    Arrays.setAll(stripes, i -> new Stripe());
  }

  /** Executes the write and waits for its end, unless it is remembered as done. */
  void write(ByteBuffer partition, Write write) throws InterruptedException {
    Stripe stripe = stripes[Math.floorMod(partition.hashCode(), STRIPES)];
    synchronized (stripe) {
      if (partition.equals(stripe.last) || doubtful.contains(partition)) {
        return;
      }
      if (!write.writeUnlessThere()) {
        doubtful.add(partition);
      }
      stripe.last = partition;
    }
  }
}
