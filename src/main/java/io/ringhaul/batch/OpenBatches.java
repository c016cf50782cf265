package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
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

  /**
   * What the statements of a batch have in common: their partition, and how they are sent.
   *
   * @param keyspace null if the statements tell none
   */
  record Slot(@Nullable CqlIdentifier keyspace, ByteBuffer key, WriteKind kind) {}

  /**
   * Statements that were added together.
   *
   * @param bytes the size of their values
   */
  record Unit(List<BoundStatement> statements, long bytes, WriteOutcome outcome) {}

  /** Units of one slot. */
  record Batch(Slot slot, List<Unit> units) {

    /** All statements, in their order. */
    List<BoundStatement> statements() {
      if (units.size() == 1) {
        return units.get(0).statements();
      }
      List<BoundStatement> all = new ArrayList<>(units.size());
      units.forEach(unit -> all.addAll(unit.statements()));
      return all;
    }

    long bytes() {
      return units.stream().mapToLong(Unit::bytes).sum();
    }
  }

  private static final class Open {
    private final List<Unit> units = new ArrayList<>();
    private int statements;
    private long bytes;

    /** Whether more would be more than a batch may have. */
    private boolean lacksRoom(int more, long moreBytes, BatchLimits limits) {
      return bytes + moreBytes > limits.maxBytes() || statements + more > limits.maxStatements();
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

  /** Adds a unit to one batch and gives the batches that are to be sent because of them. */
  List<Batch> add(Slot slot, Unit unit) {
    int more = unit.statements().size();
    List<Batch> full = new ArrayList<>(1);
    Open batch = open.get(slot);
    if (batch != null && batch.lacksRoom(more, unit.bytes(), limits)) {
      full.add(take(slot));
      batch = null;
    }
    if (batch == null) {
      batch = new Open();
      open.put(slot, batch);
    }
    batch.units.add(unit);
    batch.statements += more;
    batch.bytes += unit.bytes();
    buffered += more;
    bufferedBytes += unit.bytes();
    if (batch.statements >= limits.maxStatements() || batch.bytes >= limits.maxBytes()) {
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
    buffered -= batch.statements;
    bufferedBytes -= batch.bytes;
    return new Batch(slot, batch.units);
  }

  /** The batch that had most time to fill; found at once, however many are open. */
  private Slot oldest() {
    return open.keySet().iterator().next();
  }
}
