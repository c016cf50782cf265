package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The batches that are still filling, one for each {@link Slot}. Not thread-safe. */
final class OpenBatches {

  /** A bound on statements alone would let large rows fill the heap. */
  private static final long MOST_BUFFERED_BYTES = 32L << 20;

  /** What the statements of a batch have in common: their partition, and how they are sent. */
  record Slot(ByteBuffer key, WriteKind kind) {}

  /**
   * Statements of one slot, the first of each that were added together, and the size of their
   * values.
   */
  record Batch(
      Slot slot, List<BoundStatement> statements, List<BoundStatement> firsts, long bytes) {}

  private static final class Open {
    private final List<BoundStatement> statements = new ArrayList<>();
    private final List<BoundStatement> firsts = new ArrayList<>();
    private long bytes;

    /** Whether more would be more than a batch may have. */
    private boolean lacksRoom(int more, long moreBytes, BatchLimits limits) {
      return bytes + moreBytes > limits.maxBytes()
          || statements.size() + more > limits.maxStatements();
    }
  }

  private final BatchLimits limits;
  private final Map<Slot, Open> open = new LinkedHashMap<>();
  private final long mostBufferedBytes;
  private int buffered;
  private long bufferedBytes;

  OpenBatches(BatchLimits limits) {
    this.limits = limits;
    this.mostBufferedBytes = Math.max(MOST_BUFFERED_BYTES, limits.maxBytes());
  }

  /** Adds statements to one batch and gives the batches that are to be sent because of them. */
  List<Batch> add(Slot slot, List<BoundStatement> together, long bytes) {
    List<Batch> full = new ArrayList<>(1);
    Open batch = open.get(slot);
    if (batch != null && batch.lacksRoom(together.size(), bytes, limits)) {
      full.add(take(slot));
      batch = null;
    }
    if (batch == null) {
      batch = new Open();
      open.put(slot, batch);
    }
    batch.statements.addAll(together);
    batch.firsts.add(together.get(0));
    batch.bytes += bytes;
    buffered += together.size();
    bufferedBytes += bytes;
    if (batch.statements.size() >= limits.maxStatements() || batch.bytes >= limits.maxBytes()) {
      full.add(take(slot));
    }
    while (buffered > limits.maxBuffered() || bufferedBytes > mostBufferedBytes) {
      full.add(take(oldest()));
    }
    return full;
  }

  /** The size of the bound values; names and flags add less than a tenth to most rows. */
  static long sizeOf(List<BoundStatement> statements) {
    long bytes = 0;
    for (BoundStatement statement : statements) {
      for (ByteBuffer value : statement.getValues()) {
        // An unset value is a marker without bytes.
        bytes += value == null ? 0 : value.remaining();
      }
    }
    return bytes;
  }

  /** How many statements wait. */
  int buffered() {
    return buffered;
  }

  /** Takes one batch out; null if none is open. */
  @Nullable Batch takeAny() {
    return open.isEmpty() ? null : take(oldest());
  }

  private Batch take(Slot slot) {
    Open batch = Objects.requireNonNull(open.remove(slot));
    buffered -= batch.statements.size();
    bufferedBytes -= batch.bytes;
    return new Batch(slot, batch.statements, batch.firsts, batch.bytes);
  }

  /** The batch that had most time to fill; found at once, however many are open. */
  private Slot oldest() {
    return open.keySet().iterator().next();
  }
}
