package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.internal.cql.WriteKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The open batches, one for each {@link BatchKey}. When a small batch of one partition is closed,
 * it joins a pack: closed batches on the same replicas that are sent as one request. Not
 * thread-safe.
 */
public final class OpenBatches {

  /** Bounds the heap in addition to the bound on statements, which does not bound large rows. */
  private static final long MOST_BUFFERED_BYTES = 32L << 20;

  /**
   * A pack is closed after this many times {@code maxBuffered} statements were added since it was
   * opened.
   */
  private static final long FORGOTTEN_BUFFERS = 2;

  /** The properties that all statements of a batch share. */
  public record BatchKey(RingLocation location, WriteKind kind, BatchAttributes attributes) {

    /**
     * Hashes the location only: keys with equal locations are nearly always equal, and this runs
     * once per statement.
     */
    @Override
    public int hashCode() {
      return location.hashCode();
    }
  }

  /**
   * Statements that were added together.
   *
   * @param bytes the size of the values
   * @param counted the size that counts against the maximum bytes of a batch
   * @param shared the key of the pack that the writes join at once because their partition holds
   *     one row only; null if they wait for other writes of their partition
   */
  record AddedWrites(
      List<? extends BatchableStatement<?>> statements,
      long bytes,
      long counted,
      WriteOutcome outcome,
      @Nullable BatchKey shared) {}

  /**
   * Writes of one batch key.
   *
   * @param statements the statements of all writes, in order
   * @param bytes the size of the values
   * @param generation the generation in which the batch was opened
   */
  record Batch(
      BatchKey batchKey,
      List<AddedWrites> writes,
      List<BatchableStatement<?>> statements,
      long bytes,
      long generation) {

    /** Returns a batch of these writes alone. */
    static Batch of(BatchKey batchKey, AddedWrites writes, long generation) {
      return new Batch(
          batchKey, List.of(writes), List.copyOf(writes.statements()), writes.bytes(), generation);
    }
  }

  /** Decides which batches of one partition may share a request. */
  interface Sharing {

    /** No batches share a request. */
    Sharing NONE =
        new Sharing() {
          @Override
          public @Nullable BatchKey batchKey(Batch batch) {
            return null;
          }

          @Override
          public long size(Batch batch) {
            return Long.MAX_VALUE;
          }
        };

    /** The key of the pack that the batch may join; null if the batch shares no request. */
    @Nullable BatchKey batchKey(Batch batch);

    /** An upper bound of the bytes that the server counts against its batch thresholds. */
    long size(Batch batch);
  }

  /** Batches of one partition each that are sent as one request. */
  private static final class Pack {

    private final BatchKey batchKey;
    private final long begun;
    private final List<Batch> members = new ArrayList<>();
    private long opened;
    private long generation = Long.MAX_VALUE;
    private int partitions;
    private int statements;
    private long bytes;

    /**
     * @param begun the number of statements added to the buffer before
     */
    private Pack(BatchKey batchKey, long begun, long opened) {
      this.batchKey = batchKey;
      this.begun = begun;
      this.opened = opened;
    }

    private void add(Batch batch, int count, long size, long openedAt) {
      // Compares by difference: the nano clock may overflow.
      opened = openedAt - opened < 0 ? openedAt : opened;
      members.add(batch);
      generation = Math.min(generation, batch.generation());
      statements += count;
      bytes += size;
    }

    private boolean holds(BatchKey partition) {
      for (Batch member : members) {
        if (member.batchKey().equals(partition)) {
          return true;
        }
      }
      return false;
    }

    private Batch closed() {
      if (members.size() == 1) {
        return members.get(0);
      }
      List<AddedWrites> writes = new ArrayList<>(statements);
      List<BatchableStatement<?>> all = new ArrayList<>(statements);
      long values = 0;
      for (Batch member : members) {
        writes.addAll(member.writes());
        all.addAll(member.statements());
        values += member.bytes();
      }
      return new Batch(batchKey, writes, all, values, generation);
    }
  }

  /** Decides by generation and opening time whether a batch is to be sent. */
  private interface Due {
    boolean is(long generation, long opened);
  }

  private final LongSupplier clock;
  private final Sharing sharing;
  private final int sharedPartitions;
  private final Map<BatchKey, OpenBatch> open = new LinkedHashMap<>();
  private final BatchesBySize bySize = new BatchesBySize();
  private final BatchesByUse byUse = new BatchesByUse();
  private final Map<BatchKey, Pack> packs = new LinkedHashMap<>();

  /** Closed batches that {@code take} returns next. */
  private final Queue<Batch> leaving = new ArrayDeque<>();

  private BatchLimits limits;
  private long sharedBytes;
  private int buffered;
  private long bufferedBytes;

  /** Statements added since the start. */
  private long added;

  /** The value of {@code added} at which old packs are checked next. */
  private long nextLook;

  private long generation;

  /** Statements in packs and in {@code leaving}. */
  private int packed;

  /**
   * Creates a buffer whose batches share no requests.
   *
   * @param sharedBytes maximum bytes of a batch with several partitions
   */
  public OpenBatches(BatchLimits limits, long sharedBytes) {
    this(limits, sharedBytes, 1, Sharing.NONE, System::nanoTime);
  }

  /**
   * Creates a buffer whose batches share requests.
   *
   * @param sharedBytes maximum bytes of a batch with several partitions
   * @param sharedPartitions maximum partitions of a batch
   * @param clock in nanoseconds
   */
  public OpenBatches(
      BatchLimits limits,
      long sharedBytes,
      int sharedPartitions,
      Sharing sharing,
      LongSupplier clock) {
    this.limits = limits;
    this.sharedBytes = sharedBytes;
    this.sharedPartitions = sharedPartitions;
    this.sharing = sharing;
    this.clock = clock;
  }

  /**
   * Changes the limits. An open batch above the new limits is closed when writes are added to it.
   *
   * @param shared maximum bytes of a batch with several partitions
   */
  void limits(BatchLimits now, long shared) {
    limits = now;
    sharedBytes = shared;
  }

  /** Adds writes to their batch and returns the batches that are to be sent as a result. */
  List<Batch> add(BatchKey batchKey, AddedWrites writes) {
    BatchKey shared = writes.shared();
    if (shared != null) {
      added += writes.statements().size();
      List<Batch> toSend = new ArrayList<>(1);
      joinPack(Batch.of(batchKey, writes, generation), shared, null, toSend);
      makeRoom(toSend);
      return toSend;
    }
    int more = writes.statements().size();
    long maxBytes = batchKey.location().isOnePartition() ? limits.maxBytes() : sharedBytes;
    List<Batch> toSend = new ArrayList<>(1);
    OpenBatch batch = open.get(batchKey);
    if (batch != null
        && (batch.counted() + writes.counted() > maxBytes
            || batch.statements() + more > limits.maxStatements())) {
      closeBatch(batchKey, toSend);
      batch = null;
    }
    if (batch == null) {
      batch = new OpenBatch(batchKey, clock.getAsLong(), generation);
      open.put(batchKey, batch);
    } else {
      bySize.remove(batch);
      byUse.remove(batch);
    }
    batch.add(writes);
    added += more;
    batch.used = added;
    bySize.add(batch);
    byUse.add(batch);
    buffered += more;
    bufferedBytes += writes.bytes();
    if (batch.statements() >= limits.maxStatements() || batch.counted() >= maxBytes) {
      closeBatch(batchKey, toSend);
    }
    makeRoom(toSend);
    return toSend;
  }

  private void makeRoom(List<Batch> toSend) {
    long mostBytes = Math.max(MOST_BUFFERED_BYTES, limits.maxBytes());
    while (buffered() > limits.maxBuffered() || bufferedBytes > mostBytes) {
      Batch next = nextLeaving();
      // There is one pack per replica set, possibly more packs than fill up.
      if (next != null) {
        toSend.add(next);
      } else if (open.isEmpty() || packed > limits.maxBuffered() / 2) {
        toSend.add(closePack(packs.values().iterator().next()));
      } else {
        closeBatch(first().batchKey(), toSend);
      }
    }
    closeOldPacks(toSend);
  }

  /**
   * The batch to close for room: one to which nothing was added while {@code maxBuffered} other
   * statements were, or else the one with the most statements, which saves the most requests.
   * Closing by length alone would keep short batches of finished partitions forever, until they
   * fill the buffer.
   */
  private OpenBatch first() {
    OpenBatch idle = byUse.leastRecent();
    return idle != null && added - idle.used > limits.maxBuffered() ? idle : bySize.longest();
  }

  /** Returns a batch of these writes without opening it. */
  Batch alone(BatchKey batchKey, AddedWrites writes) {
    return Batch.of(batchKey, writes, generation);
  }

  /**
   * Ends the current generation and returns it. Batches opened from now on belong to the next one.
   */
  long endGeneration() {
    return generation++;
  }

  /**
   * Removes and returns a batch that was opened in this generation or before; null if there is
   * none.
   */
  @Nullable Batch takeUpTo(long last) {
    return take((opening, opened) -> opening <= last);
  }

  /** Number of buffered statements. */
  int buffered() {
    return buffered + packed;
  }

  /** Removes and returns a batch that is at least this old; null if there is none. */
  @Nullable Batch takeOlderThan(long nanos) {
    long now = clock.getAsLong();
    return take((opening, opened) -> now - opened >= nanos);
  }

  private @Nullable Batch take(Due due) {
    while (leaving.isEmpty() && !open.isEmpty()) {
      OpenBatch oldest = open.values().iterator().next();
      if (!due.is(oldest.generation(), oldest.opened())) {
        break;
      }
      List<Batch> toSend = new ArrayList<>(2);
      closeBatch(oldest.batchKey(), toSend);
      toSend.forEach(
          batch -> {
            leaving.add(batch);
            packed += batch.statements().size();
          });
    }
    Batch next = nextLeaving();
    if (next != null) {
      return next;
    }
    for (Pack pack : packs.values()) {
      if (due.is(pack.generation, pack.opened)) {
        return closePack(pack);
      }
    }
    return null;
  }

  private @Nullable Batch nextLeaving() {
    Batch next = leaving.poll();
    packed -= next == null ? 0 : next.statements().size();
    return next;
  }

  /** Closes a batch, alone or into a pack, and adds the batches that are to be sent to the list. */
  private void closeBatch(BatchKey batchKey, List<Batch> toSend) {
    OpenBatch left = Objects.requireNonNull(open.get(batchKey));
    Batch batch = left.closed();
    BatchKey shared = sharing.batchKey(batch);
    open.remove(batchKey);
    bySize.remove(left);
    byUse.remove(left);
    buffered -= left.statements();
    bufferedBytes -= left.bytes();
    if (shared == null) {
      toSend.add(batch);
    } else {
      joinPack(batch, shared, left, toSend);
    }
  }

  /**
   * @param left the open form of the batch; null if it was never open
   */
  private void joinPack(
      Batch batch, BatchKey shared, @Nullable OpenBatch left, List<Batch> toSend) {
    Pack pack = packs.get(shared);
    int more = batch.statements().size();
    long bytes = batch.bytes();
    long size = bytes > sharedBytes ? Long.MAX_VALUE : sharing.size(batch);
    boolean isAlone = size > sharedBytes || more > limits.maxStatements();
    // Earlier writes of a partition are sent first; writes that were never open may join their
    // own partition.
    boolean mayJoinItself = !isAlone && left == null;
    boolean isThere = pack != null && pack.holds(batch.batchKey());
    if (pack != null && ((!isAlone && !hasRoom(pack, more, size)) || (isThere && !mayJoinItself))) {
      toSend.add(closePack(pack));
      pack = null;
      isThere = false;
    }
    if (isAlone) {
      toSend.add(batch);
      return;
    }
    if (pack == null) {
      pack = new Pack(shared, added, left == null ? clock.getAsLong() : left.opened());
      packs.put(shared, pack);
    }
    pack.add(batch, more, size, left == null ? pack.opened : left.opened());
    bufferedBytes += bytes;
    pack.partitions += isThere ? 0 : 1;
    packed += more;
    if (pack.partitions >= sharedPartitions || pack.statements >= limits.maxStatements()) {
      toSend.add(closePack(pack));
    }
  }

  /**
   * Closes old packs. Replicas with few rows fill their pack slowly, and the oldest unwritten row
   * bounds the progress of a job.
   */
  private void closeOldPacks(List<Batch> toSend) {
    if (added < nextLook) {
      return;
    }
    long forgotten = FORGOTTEN_BUFFERS * limits.maxBuffered();
    nextLook = added + forgotten;
    for (Pack oldest : List.copyOf(packs.values())) {
      if (added - oldest.begun < forgotten) {
        nextLook = oldest.begun + forgotten;
        break;
      }
      toSend.add(closePack(oldest));
    }
  }

  private boolean hasRoom(Pack pack, int more, long size) {
    return pack.bytes + size <= sharedBytes && pack.statements + more <= limits.maxStatements();
  }

  private Batch closePack(Pack pack) {
    packs.remove(pack.batchKey);
    packed -= pack.statements;
    Batch closed = pack.closed();
    bufferedBytes -= closed.bytes();
    return closed;
  }

  /**
   * Open batches by number of statements: one list per number, oldest first. Each added row moves a
   * batch to another list, so the batches carry the links of the lists and a move allocates and
   * searches nothing. Not thread-safe.
   */
  private static final class BatchesBySize {

    private @Nullable OpenBatch[] first = new OpenBatch[0];
    private @Nullable OpenBatch[] last = new OpenBatch[0];

    /** Upper bound of the list indexes in use. */
    private int greatest;

    /** Adds a batch. Its number of statements must not change until it is removed. */
    void add(OpenBatch batch) {
      int size = batch.statements();
      if (size >= first.length) {
        int length = Math.max(size + 1, 2 * first.length);
        first = Arrays.copyOf(first, length);
        last = Arrays.copyOf(last, length);
      }
      OpenBatch before = last[size];
      batch.before = before;
      if (before == null) {
        first[size] = batch;
      } else {
        before.after = batch;
      }
      last[size] = batch;
      greatest = Math.max(greatest, size);
    }

    /** Removes a batch that the list contains. */
    void remove(OpenBatch batch) {
      int size = batch.statements();
      OpenBatch before = batch.before;
      OpenBatch after = batch.after;
      if (before == null) {
        first[size] = after;
      } else {
        before.after = after;
      }
      if (after == null) {
        last[size] = before;
      } else {
        after.before = before;
      }
      batch.before = null;
      batch.after = null;
    }

    /** The batch with the most statements, the oldest of equal ones. Requires a batch. */
    OpenBatch longest() {
      while (greatest > 0 && first[greatest] == null) {
        greatest--;
      }
      return Objects.requireNonNull(first[greatest]);
    }
  }

  /**
   * Open batches, least recently used first. The batches carry the links of the list, as in {@code
   * BatchesBySize}. Not thread-safe.
   */
  private static final class BatchesByUse {

    private @Nullable OpenBatch first;
    private @Nullable OpenBatch last;

    /** Adds a batch as the most recently used one. */
    void add(OpenBatch batch) {
      OpenBatch before = last;
      batch.usedBefore = before;
      if (before == null) {
        first = batch;
      } else {
        before.usedAfter = batch;
      }
      last = batch;
    }

    /** Removes a batch that the list contains. */
    void remove(OpenBatch batch) {
      OpenBatch before = batch.usedBefore;
      OpenBatch after = batch.usedAfter;
      if (before == null) {
        first = after;
      } else {
        before.usedAfter = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.usedBefore = before;
      }
      batch.usedBefore = null;
      batch.usedAfter = null;
    }

    /** The least recently used batch; null if there is none. */
    @Nullable OpenBatch leastRecent() {
      return first;
    }
  }

  /** An open batch. Not thread-safe. */
  private static final class OpenBatch {

    private final BatchKey batchKey;
    private final List<AddedWrites> writes = new ArrayList<>();
    private final List<BatchableStatement<?>> all = new ArrayList<>();
    private final long opened;
    private final long generation;
    private long bytes;
    private long counted;

    /** Links of the list in {@code BatchesBySize}. */
    @Nullable OpenBatch before;

    @Nullable OpenBatch after;

    /** Links of the list in {@code BatchesByUse}. */
    @Nullable OpenBatch usedBefore;

    @Nullable OpenBatch usedAfter;

    /** The buffer's count of added statements when this batch was last added to. */
    long used;

    /**
     * @param opened opening time in nanoseconds of the buffer's clock
     */
    OpenBatch(BatchKey batchKey, long opened, long generation) {
      this.batchKey = batchKey;
      this.opened = opened;
      this.generation = generation;
    }

    void add(AddedWrites more) {
      writes.add(more);
      for (int i = 0; i < more.statements().size(); i++) {
        all.add(more.statements().get(i));
      }
      bytes += more.bytes();
      counted += more.counted();
    }

    BatchKey batchKey() {
      return batchKey;
    }

    long opened() {
      return opened;
    }

    long generation() {
      return generation;
    }

    int statements() {
      return all.size();
    }

    /** The size of the values. */
    long bytes() {
      return bytes;
    }

    /** The size that counts against the maximum bytes of a batch. */
    long counted() {
      return counted;
    }

    /** Returns the content as a closed batch. */
    Batch closed() {
      return new Batch(batchKey, writes, all, bytes, generation);
    }
  }
}
