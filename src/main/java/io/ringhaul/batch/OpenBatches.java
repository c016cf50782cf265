package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.statement.WriteKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The batches that are still filling, one for each {@link Slot}. Not thread-safe. */
final class OpenBatches {

  /** A bound on statements alone would let large rows fill the heap. */
  private static final long MOST_BUFFERED_BYTES = 32L << 20;

  /** What the statements of a batch have in common: where they belong, and how they are sent. */
  record Slot(Place place, WriteKind kind, Common common) {

    /** Slots of one place are nearly always the same, and each statement asks for this. */
    @Override
    public int hashCode() {
      return place.hashCode();
    }
  }

  /**
   * Statements that were added together.
   *
   * @param bytes the size of their values
   * @param counted what they take of a batch's bytes
   */
  record Unit(
      List<? extends BatchableStatement<?>> statements,
      long bytes,
      long counted,
      WriteOutcome outcome) {}

  /**
   * Units of one slot.
   *
   * @param generation in which it was opened
   */
  record Batch(Slot slot, List<Unit> units, long generation) {

    /** All statements, in their order. */
    List<BatchableStatement<?>> statements() {
      List<BatchableStatement<?>> all = new ArrayList<>(units.size());
      for (Unit unit : units) {
        // Without a copy of each of many short lists.
        for (int i = 0; i < unit.statements().size(); i++) {
          all.add(unit.statements().get(i));
        }
      }
      return all;
    }

    long bytes() {
      long bytes = 0;
      for (Unit unit : units) {
        bytes += unit.bytes();
      }
      return bytes;
    }
  }

  private final LongSupplier clock;
  private final Map<Slot, OpenBatch> open = new LinkedHashMap<>();
  private final BatchesBySize bySize = new BatchesBySize();
  private final BatchesByUse byUse = new BatchesByUse();

  private BatchLimits limits;
  private long sharedBytes;
  private int buffered;
  private long bufferedBytes;

  /** Statements that were ever added. */
  private long added;

  private long generation;

  /**
   * @param sharedBytes the bytes to a batch of more than one partition
   */
  OpenBatches(BatchLimits limits, long sharedBytes) {
    this(limits, sharedBytes, System::nanoTime);
  }

  /** The same, with a clock of its own, in nanoseconds. */
  OpenBatches(BatchLimits limits, long sharedBytes, LongSupplier clock) {
    this.limits = limits;
    this.sharedBytes = sharedBytes;
    this.clock = clock;
  }

  /**
   * Keeps to these limits from now on. A batch that is larger already goes out with what comes next
   * for it.
   *
   * @param shared the bytes to a batch of more than one partition
   */
  void limits(BatchLimits now, long shared) {
    limits = now;
    sharedBytes = shared;
  }

  /** Adds a unit to one batch and gives the batches that are to be sent because of them. */
  List<Batch> add(Slot slot, Unit unit) {
    int more = unit.statements().size();
    long maxBytes = slot.place().isOnePartition() ? limits.maxBytes() : sharedBytes;
    List<Batch> full = new ArrayList<>(1);
    OpenBatch batch = open.get(slot);
    if (batch != null
        && (batch.counted() + unit.counted() > maxBytes
            || batch.statements() + more > limits.maxStatements())) {
      full.add(take(slot));
      batch = null;
    }
    if (batch == null) {
      batch = new OpenBatch(slot, clock.getAsLong(), generation);
      open.put(slot, batch);
    } else {
      bySize.remove(batch);
      byUse.remove(batch);
    }
    batch.add(unit);
    added += more;
    batch.used = added;
    bySize.add(batch);
    byUse.add(batch);
    buffered += more;
    bufferedBytes += unit.bytes();
    if (batch.statements() >= limits.maxStatements() || batch.counted() >= maxBytes) {
      full.add(take(slot));
    }
    long mostBytes = Math.max(MOST_BUFFERED_BYTES, limits.maxBytes());
    while (buffered > limits.maxBuffered() || bufferedBytes > mostBytes) {
      full.add(take(leaving().slot()));
    }
    return full;
  }

  /**
   * The batch that makes room: one to which nothing was added while a whole buffer of others was,
   * or else the longest, which spares the server most. By their length alone, short ones of
   * partitions that are over would stay for good, until no other one could grow beside them.
   */
  private OpenBatch leaving() {
    OpenBatch idle = byUse.leastRecent();
    return idle != null && added - idle.used > limits.maxBuffered() ? idle : bySize.longest();
  }

  /** A unit as a batch of its own, which is never open. */
  Batch alone(Slot slot, Unit unit) {
    return new Batch(slot, List.of(unit), generation);
  }

  /** Ends a generation: whatever is added from now on and finds no open batch is of the next. */
  long endGeneration() {
    return generation++;
  }

  /** Takes out a batch that was opened in this generation or before; null if there is none. */
  @Nullable Batch takeUpTo(long last) {
    if (open.isEmpty()) {
      return null;
    }
    Slot slot = oldest();
    return Objects.requireNonNull(open.get(slot)).generation() <= last ? take(slot) : null;
  }

  /** How many statements wait. */
  int buffered() {
    return buffered;
  }

  /** Takes out a batch that has been open for so long; null if there is none. */
  @Nullable Batch takeOlderThan(long nanos) {
    if (open.isEmpty()) {
      return null;
    }
    Slot slot = oldest();
    return clock.getAsLong() - Objects.requireNonNull(open.get(slot)).opened() >= nanos
        ? take(slot)
        : null;
  }

  private Batch take(Slot slot) {
    OpenBatch batch = Objects.requireNonNull(open.remove(slot));
    bySize.remove(batch);
    byUse.remove(batch);
    buffered -= batch.statements();
    bufferedBytes -= batch.bytes();
    return batch.closed();
  }

  private Slot oldest() {
    return open.keySet().iterator().next();
  }
}
