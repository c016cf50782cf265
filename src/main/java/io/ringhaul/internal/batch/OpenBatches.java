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
 * The batches that are still filling, one for each {@link BatchKey}. A small batch of one partition
 * that leaves joins others on the same replicas, if these may share a request. Not thread-safe.
 */
public final class OpenBatches {

  /** A bound on statements alone would let large rows fill the heap. */
  private static final long MOST_BUFFERED_BYTES = 32L << 20;

  /** A pack leaves once as many buffers of statements were added since it was opened. */
  private static final long FORGOTTEN_BUFFERS = 2;

  /** What the statements of a batch have in common: where they belong, and how they are sent. */
  public record BatchKey(RingLocation location, WriteKind kind, BatchAttributes attributes) {

    /** Keys of one location are nearly always the same, and each statement asks for this. */
    @Override
    public int hashCode() {
      return location.hashCode();
    }
  }

  /**
   * Statements that were added together.
   *
   * @param bytes the size of their values
   * @param counted what they take of a batch's bytes
   * @param shared what those have in common that may share a request with them at once, as their
   *     partition can have no other row; null if they wait for others of their partition
   */
  record Unit(
      List<? extends BatchableStatement<?>> statements,
      long bytes,
      long counted,
      WriteOutcome outcome,
      @Nullable BatchKey shared) {}

  /**
   * Units of one batch key.
   *
   * @param statements all of the units, in their order
   * @param bytes the size of their values
   * @param generation in which it was opened
   */
  record Batch(
      BatchKey batchKey,
      List<Unit> units,
      List<BatchableStatement<?>> statements,
      long bytes,
      long generation) {

    /** A batch of one unit. */
    static Batch of(BatchKey batchKey, Unit unit, long generation) {
      return new Batch(
          batchKey, List.of(unit), List.copyOf(unit.statements()), unit.bytes(), generation);
    }
  }

  /** Which batches of one partition may share a request. */
  interface Sharing {

    /** None may. */
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

    /** What those have in common that may share with this one; null if none may. */
    @Nullable BatchKey batchKey(Batch batch);

    /** At least what the server counts for its batch thresholds, in bytes. */
    long size(Batch batch);
  }

  /** Batches of one partition each that go out as one. */
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
     * @param begun how many statements the buffer had taken
     */
    private Pack(BatchKey batchKey, long begun, long opened) {
      this.batchKey = batchKey;
      this.begun = begun;
      this.opened = opened;
    }

    private void add(Batch batch, int count, long size, long openedAt) {
      // The clock may pass from the greatest number to the least.
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
      List<Unit> units = new ArrayList<>(statements);
      List<BatchableStatement<?>> all = new ArrayList<>(statements);
      long values = 0;
      for (Batch member : members) {
        units.addAll(member.units());
        all.addAll(member.statements());
        values += member.bytes();
      }
      return new Batch(batchKey, units, all, values, generation);
    }
  }

  /** Whether what was opened then is to be sent. */
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

  /** What has left while something was asked for, and is given next. */
  private final Queue<Batch> leaving = new ArrayDeque<>();

  private BatchLimits limits;
  private long sharedBytes;
  private int buffered;
  private long bufferedBytes;

  /** Statements that were ever added. */
  private long added;

  /** How many statements are added when packs are looked at that few are added to. */
  private long nextLook;

  private long generation;

  /** Statements in packs, and in batches that are given next. */
  private int packed;

  /**
   * Opens batches of which none share a request.
   *
   * @param sharedBytes the bytes to a batch of more than one partition
   */
  public OpenBatches(BatchLimits limits, long sharedBytes) {
    this(limits, sharedBytes, 1, Sharing.NONE, System::nanoTime);
  }

  /**
   * Opens batches that share requests.
   *
   * @param sharedBytes the bytes to a batch of more than one partition
   * @param sharedPartitions the partitions to a batch
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
  List<Batch> add(BatchKey batchKey, Unit unit) {
    BatchKey shared = unit.shared();
    if (shared != null) {
      added += unit.statements().size();
      List<Batch> full = new ArrayList<>(1);
      share(Batch.of(batchKey, unit, generation), shared, null, full);
      makeRoom(full);
      return full;
    }
    int more = unit.statements().size();
    long maxBytes = batchKey.location().isOnePartition() ? limits.maxBytes() : sharedBytes;
    List<Batch> full = new ArrayList<>(1);
    OpenBatch batch = open.get(batchKey);
    if (batch != null
        && (batch.counted() + unit.counted() > maxBytes
            || batch.statements() + more > limits.maxStatements())) {
      leave(batchKey, full);
      batch = null;
    }
    if (batch == null) {
      batch = new OpenBatch(batchKey, clock.getAsLong(), generation);
      open.put(batchKey, batch);
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
      leave(batchKey, full);
    }
    makeRoom(full);
    return full;
  }

  private void makeRoom(List<Batch> full) {
    long mostBytes = Math.max(MOST_BUFFERED_BYTES, limits.maxBytes());
    while (buffered() > limits.maxBuffered() || bufferedBytes > mostBytes) {
      Batch next = nextLeaving();
      // There may be as many packs as sets of replicas: more than fill.
      if (next != null) {
        full.add(next);
      } else if (open.isEmpty() || packed > limits.maxBuffered() / 2) {
        full.add(close(packs.values().iterator().next()));
      } else {
        leave(first().batchKey(), full);
      }
    }
    closeForgotten(full);
  }

  /**
   * The batch that makes room: one to which nothing was added while a whole buffer of others was,
   * or else the longest, which spares the server most. By their length alone, short ones of
   * partitions that are over would stay for good, until no other one could grow beside them.
   */
  private OpenBatch first() {
    OpenBatch idle = byUse.leastRecent();
    return idle != null && added - idle.used > limits.maxBuffered() ? idle : bySize.longest();
  }

  /** A unit as a batch of its own, which is never open. */
  Batch alone(BatchKey batchKey, Unit unit) {
    return Batch.of(batchKey, unit, generation);
  }

  /** Ends a generation: whatever is added from now on and finds no open batch is of the next. */
  long endGeneration() {
    return generation++;
  }

  /** Takes out a batch that was opened in this generation or before; null if there is none. */
  @Nullable Batch takeUpTo(long last) {
    return take((opening, opened) -> opening <= last);
  }

  /** How many statements wait. */
  int buffered() {
    return buffered + packed;
  }

  /** Takes out a batch that has been open for so long; null if there is none. */
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
      List<Batch> full = new ArrayList<>(2);
      leave(oldest.batchKey(), full);
      full.forEach(
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
        return close(pack);
      }
    }
    return null;
  }

  private @Nullable Batch nextLeaving() {
    Batch next = leaving.poll();
    packed -= next == null ? 0 : next.statements().size();
    return next;
  }

  /** Takes a batch out, by itself or with others; what is to be sent then is added to the list. */
  private void leave(BatchKey batchKey, List<Batch> full) {
    OpenBatch left = Objects.requireNonNull(open.get(batchKey));
    Batch batch = left.closed();
    BatchKey shared = sharing.batchKey(batch);
    open.remove(batchKey);
    bySize.remove(left);
    byUse.remove(left);
    buffered -= left.statements();
    bufferedBytes -= left.bytes();
    if (shared == null) {
      full.add(batch);
    } else {
      share(batch, shared, left, full);
    }
  }

  /**
   * @param left as which the batch was open; null if it never was
   */
  private void share(Batch batch, BatchKey shared, @Nullable OpenBatch left, List<Batch> full) {
    Pack pack = packs.get(shared);
    int more = batch.statements().size();
    long bytes = batch.bytes();
    long size = bytes > sharedBytes ? Long.MAX_VALUE : sharing.size(batch);
    boolean isAlone = size > sharedBytes || more > limits.maxStatements();
    // What came to a partition before goes before; one that never waited may be there in parts.
    boolean mayJoinItself = !isAlone && left == null;
    boolean isThere = pack != null && pack.holds(batch.batchKey());
    if (pack != null && ((!isAlone && !hasRoom(pack, more, size)) || (isThere && !mayJoinItself))) {
      full.add(close(pack));
      pack = null;
      isThere = false;
    }
    if (isAlone) {
      full.add(batch);
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
      full.add(close(pack));
    }
  }

  /** Few rows may be on some replicas, and a job is as far as the oldest that is not written. */
  private void closeForgotten(List<Batch> full) {
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
      full.add(close(oldest));
    }
  }

  private boolean hasRoom(Pack pack, int more, long size) {
    return pack.bytes + size <= sharedBytes && pack.statements + more <= limits.maxStatements();
  }

  private Batch close(Pack pack) {
    packs.remove(pack.batchKey);
    packed -= pack.statements;
    Batch closed = pack.closed();
    bufferedBytes -= closed.bytes();
    return closed;
  }

  /**
   * Open batches by their number of statements, each number's in a list in the order in which they
   * came to it. A row that is added moves a batch from one list to the next, so the lists are
   * linked through the batches: nothing is allocated and nothing is looked up. Not thread-safe.
   */
  private static final class BatchesBySize {

    private @Nullable OpenBatch[] first = new OpenBatch[0];
    private @Nullable OpenBatch[] last = new OpenBatch[0];

    /** No list of a greater number holds anything. */
    private int greatest;

    /** Adds a batch, which must not change its number as long as it is in here. */
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

    /** Takes out a batch that is in here. */
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

    /**
     * The batch from which the server is spared most; of equal ones the oldest. There must be one.
     */
    OpenBatch longest() {
      while (greatest > 0 && first[greatest] == null) {
        greatest--;
      }
      return Objects.requireNonNull(first[greatest]);
    }
  }

  /**
   * Open batches in the order in which they were added to last. As with {@code BatchesBySize} the
   * list is linked through the batches: nothing is allocated and nothing is looked up. Not
   * thread-safe.
   */
  private static final class BatchesByUse {

    private @Nullable OpenBatch first;
    private @Nullable OpenBatch last;

    /** Adds a batch as the one that was used last. */
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

    /** Takes out a batch that is in here. */
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

    /** The one that was not added to for longest; null if there is none. */
    @Nullable OpenBatch leastRecent() {
      return first;
    }
  }

  /** A batch that is still filling. Not thread-safe. */
  private static final class OpenBatch {

    private final BatchKey batchKey;
    private final List<Unit> units = new ArrayList<>();
    private final List<BatchableStatement<?>> all = new ArrayList<>();
    private final long opened;
    private final long generation;
    private long bytes;
    private long counted;

    /** Its neighbours in the list of {@code BatchesBySize} that it is in. */
    @Nullable OpenBatch before;

    @Nullable OpenBatch after;

    /** Its neighbours in {@code BatchesByUse}. */
    @Nullable OpenBatch usedBefore;

    @Nullable OpenBatch usedAfter;

    /** How many statements the buffer had taken when this was added to last. */
    long used;

    /**
     * @param opened when, in nanoseconds of the buffer's clock
     */
    OpenBatch(BatchKey batchKey, long opened, long generation) {
      this.batchKey = batchKey;
      this.opened = opened;
      this.generation = generation;
    }

    void add(Unit unit) {
      units.add(unit);
      for (int i = 0; i < unit.statements().size(); i++) {
        all.add(unit.statements().get(i));
      }
      bytes += unit.bytes();
      counted += unit.counted();
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

    /** The size of its values. */
    long bytes() {
      return bytes;
    }

    /** What counts for the limit of bytes. */
    long counted() {
      return counted;
    }

    /** What it holds, once it takes nothing more. */
    Batch closed() {
      return new Batch(batchKey, units, all, bytes, generation);
    }
  }
}
