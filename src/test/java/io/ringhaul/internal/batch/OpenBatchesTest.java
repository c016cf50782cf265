package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.batch.OpenBatches.Sharing;
import io.ringhaul.internal.cql.WriteKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests when a batch is full, and which batch is sent first. */
class OpenBatchesTest {

  private static final CqlIdentifier KEYSPACE = CqlIdentifier.fromInternal("k");
  private static final SimpleStatement STATEMENT = SimpleStatement.newInstance("INSERT");
  private static final long SHARED_BYTES = 100;

  @Test
  void sendsGroupAtStatementLimitOnce() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 1000, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), writes(1, 1))).isEmpty();
    assertThat(open.add(partition(1), writes(1, 1))).isEmpty();
    assertThat(sizes(open.add(partition(1), writes(1, 1)))).containsExactly(3);
    requireEmpty(open);
  }

  @Test
  void sendsGroupAtByteLimitOnce() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), writes(1, 25))).isEmpty();
    assertThat(sizes(open.add(partition(1), writes(1, 25)))).containsExactly(2);
    requireEmpty(open);

    assertThat(open.add(shared(1), writes(1, 50))).isEmpty();
    assertThat(sizes(open.add(shared(1), writes(1, 50)))).containsExactly(2);
    requireEmpty(open);
  }

  @Test
  void opensNextBatchWhenWritesDoNotFit() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), writes(1, 30))).isEmpty();
    assertThat(sizes(open.add(partition(1), writes(1, 30)))).containsExactly(1);
    assertThat(open.buffered()).isEqualTo(1);
    // Statements added together are not separated.
    OpenBatches byNumber = new OpenBatches(new BatchLimits(3, 50, 100), SHARED_BYTES);
    assertThat(byNumber.add(partition(1), writes(2, 1))).isEmpty();
    assertThat(sizes(byNumber.add(partition(1), writes(2, 1)))).containsExactly(1);
    assertThat(byNumber.buffered()).isEqualTo(2);
  }

  /** Measures a batch of several partitions as the server does. */
  @Test
  void limitsCountedBytes() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(
            open.add(shared(1), new AddedWrites(statements(1), 10, 60, WriteOutcome.UNHEARD, null)))
        .isEmpty();
    List<Batch> full =
        open.add(shared(1), new AddedWrites(statements(1), 10, 41, WriteOutcome.UNHEARD, null));
    assertThat(sizes(full)).containsExactly(1);
    assertThat(full.get(0).bytes()).isEqualTo(10);
    assertThat(open.buffered()).isEqualTo(1);
  }

  @Test
  void batchHasGenerationOfItsOpening() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 1000, 100), SHARED_BYTES);
    open.add(partition(1), writes(1, 1));
    long first = open.endGeneration();
    open.add(partition(1), writes(1, 1));
    open.add(partition(2), writes(1, 1));
    Batch taken = Objects.requireNonNull(open.takeUpTo(first));
    assertThat(taken.statements()).hasSize(2);
    assertThat(taken.generation()).isEqualTo(first);
    assertThat(open.takeUpTo(first)).isNull();
    assertThat(open.alone(partition(3), writes(1, 1)).generation()).isEqualTo(first + 1);
    assertThat(open.takeUpTo(open.endGeneration())).isNotNull();
    requireEmpty(open);
  }

  @Test
  void sendsOversizedWritesAlone() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 50, 100), SHARED_BYTES);
    assertThat(open.add(shared(1), writes(1, 10))).isEmpty();
    assertThat(sizes(open.add(shared(1), writes(1, Integer.MAX_VALUE)))).containsExactly(1, 1);
    requireEmpty(open);
    assertThat(open.add(partition(1), writes(1, 10))).isEmpty();
    List<Batch> full = open.add(partition(1), writes(5, 10));
    assertThat(full.stream().map(batch -> batch.statements().size()).toList())
        .containsExactly(1, 5);
    requireEmpty(open);
  }

  @Test
  void sendsLongestBatchWhenBufferIsFull() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 6), SHARED_BYTES);
    open.add(partition(2), writes(1, 1));
    open.add(partition(2), writes(1, 1));
    open.add(partition(2), writes(1, 1));
    open.add(partition(3), writes(1, 1));
    open.add(partition(3), writes(1, 1));
    assertThat(open.add(partition(1), writes(1, 1))).isEmpty();
    List<Batch> full = open.add(partition(4), writes(1, 1));
    assertThat(full).extracting(Batch::batchKey).containsExactly(partition(2));
    assertThat(sizes(full)).containsExactly(3);
    assertThat(open.buffered()).isEqualTo(4);
    // The older of the two batches with two statements.
    open.add(partition(4), writes(1, 1));
    open.add(partition(5), writes(1, 1));
    full = open.add(partition(6), writes(1, 1));
    assertThat(full).extracting(Batch::batchKey).containsExactly(partition(3));
    assertThat(open.buffered()).isEqualTo(5);
  }

  /** Short batches of finished partitions make room for growing ones. */
  @Test
  void sendsIdleBatchBeforeLongest() {
    OpenBatches open = new OpenBatches(new BatchLimits(10, 1000, 20), SHARED_BYTES);
    List<Integer> sizes = new ArrayList<>();
    // Consecutive partitions of 12 rows: ten rows fill a batch, and two stay.
    for (int partition = 0; partition < 200; partition++) {
      for (int row = 0; row < 12; row++) {
        sizes.addAll(sizes(open.add(partition(partition), writes(1, 1))));
        assertThat(open.buffered()).isLessThanOrEqualTo(20);
      }
    }
    assertThat(sizes.stream().filter(size -> size == 10).count()).isEqualTo(200);
    assertThat(sizes).containsOnly(2, 10);
  }

  @Test
  void sendsBatchesUntilThereIsRoom() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 4), SHARED_BYTES);
    open.add(partition(1), writes(2, 1));
    open.add(partition(2), writes(2, 1));
    // The first batch is idle for longer than a full buffer; then the third is the longest.
    assertThat(open.add(partition(3), writes(4, 1)))
        .extracting(Batch::batchKey)
        .containsExactly(partition(1), partition(3));
    assertThat(open.add(partition(4), writes(3, 1)))
        .extracting(Batch::batchKey)
        .containsExactly(partition(2));
    assertThat(open.buffered()).isEqualTo(3);
  }

  /** At most 32 MiB of values are buffered, regardless of the number of statements. */
  @Test
  void boundsBufferedBytes() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 20 << 20, 1000), SHARED_BYTES);
    open.add(partition(1), writes(1, 15 << 20));
    open.add(partition(2), writes(1, 15 << 20));
    assertThat(open.add(partition(3), writes(1, 3 << 20)))
        .extracting(Batch::batchKey)
        .containsExactly(partition(1));
    assertThat(open.buffered()).isEqualTo(2);
  }

  @Test
  void takesBatchesByAge() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    OpenBatches open =
        new OpenBatches(new BatchLimits(100, 1000, 1000), SHARED_BYTES, 1, Sharing.NONE, now::get);
    open.add(partition(1), writes(1, 1));
    open.add(partition(2), writes(1, 1));
    now.addAndGet(40);
    open.add(partition(3), writes(1, 1));
    // Added statements do not change the age of a batch.
    open.add(partition(1), writes(1, 1));
    now.addAndGet(10);
    assertThat(open.takeOlderThan(51)).isNull();
    List<Batch> old = List.of(requireOld(open, 50), requireOld(open, 50));
    assertThat(old).extracting(Batch::batchKey).containsExactly(partition(1), partition(2));
    assertThat(sizes(old)).containsExactly(2, 1);
    assertThat(open.takeOlderThan(50)).isNull();
    assertThat(open.buffered()).isEqualTo(1);
    assertThat(open.takeOlderThan(11)).isNull();
    assertThat(requireOld(open, 10).batchKey()).isEqualTo(partition(3));
    requireEmpty(open);
  }

  private static Batch requireOld(OpenBatches open, long nanos) {
    return Objects.requireNonNull(open.takeOlderThan(nanos));
  }

  @Test
  void separatesKindsLocationsAndAttributes() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 1000), SHARED_BYTES);
    BatchAttributes attributes = BatchAttributes.of(STATEMENT);
    BatchAttributes later = BatchAttributes.of(STATEMENT.setQueryTimestamp(5));
    open.add(partition(1), writes(1, 1));
    open.add(new BatchKey(partition(1).location(), WriteKind.ONCE, attributes), writes(1, 1));
    open.add(new BatchKey(partition(1).location(), WriteKind.REPEATABLE, later), writes(1, 1));
    open.add(shared(1), writes(1, 1));
    open.add(shared(2), writes(1, 1));
    open.add(shared(2), writes(1, 1));
    assertThat(sizes(takeAll(open))).containsExactly(1, 1, 1, 1, 2);
  }

  /** Even partitions share requests, and so do odd ones; 99 shares none. */
  private static final Sharing SHARING =
      new Sharing() {
        @Override
        public @Nullable BatchKey batchKey(Batch batch) {
          int key = ((RingLocation.Partition) batch.batchKey().location()).key().getInt(0);
          return key == 99 ? null : shared(key % 2);
        }

        @Override
        public long size(Batch batch) {
          return batch.bytes();
        }
      };

  private static OpenBatches sharing(AtomicLong clock) {
    return new OpenBatches(new BatchLimits(10, 1000, 1000), SHARED_BYTES, 3, SHARING, clock::get);
  }

  @Test
  void smallBatchesOnSameReplicasShareRequest() {
    OpenBatches open = sharing(new AtomicLong());
    IntStream.rangeClosed(1, 9).forEach(key -> open.add(partition(key), writes(1, 10)));
    open.add(partition(99), writes(1, 10));
    assertThat(open.buffered()).isEqualTo(10);
    List<Batch> all = takeAll(open);
    // At most three partitions; a single batch keeps the key of its partition.
    assertThat(sizes(all)).containsExactly(3, 3, 1, 2, 1);
    assertThat(all)
        .extracting(Batch::batchKey)
        .containsExactly(shared(1), shared(0), partition(99), shared(1), partition(8));
    requireEmpty(open);
  }

  @Test
  void sharesRequestUpToBytesAndStatements() {
    OpenBatches byBytes = sharing(new AtomicLong());
    byBytes.add(partition(2), writes(1, 60));
    byBytes.add(partition(4), writes(1, 41));
    byBytes.add(partition(6), writes(1, 59));
    byBytes.add(partition(8), writes(1, 101));
    assertThat(takeAll(byBytes))
        .extracting(Batch::batchKey)
        .containsExactly(partition(2), partition(8), shared(0));

    OpenBatches byNumber = sharing(new AtomicLong());
    byNumber.add(partition(2), writes(6, 1));
    byNumber.add(partition(4), writes(5, 1));
    byNumber.add(partition(6), writes(5, 1));
    assertThat(takeAll(byNumber))
        .extracting(Batch::batchKey)
        .containsExactly(partition(2), shared(0));
  }

  /** A batch of ten bytes is closed at once. */
  private static OpenBatches leaving(int maxBuffered, AtomicLong clock) {
    return new OpenBatches(
        new BatchLimits(10, 10, maxBuffered), SHARED_BYTES, 5, SHARING, clock::get);
  }

  @Test
  void sendsWritesOfPartitionInOrder() {
    OpenBatches open = leaving(1000, new AtomicLong());
    assertThat(open.add(partition(2), writes(1, 10))).isEmpty();
    assertThat(open.add(partition(4), writes(1, 20))).isEmpty();
    List<Batch> second = open.add(partition(2), writes(1, 30));
    assertThat(second).extracting(Batch::batchKey).containsExactly(shared(0));
    assertThat(second.get(0).writes()).extracting(AddedWrites::bytes).containsExactly(10L, 20L);
    // A large batch does not overtake a small one of its partition.
    assertThat(open.add(partition(2), writes(1, 101)))
        .extracting(batch -> batch.writes().get(0).bytes())
        .containsExactly(30L, 101L);
    requireEmpty(open);
  }

  @Test
  void countsPacksAsBuffered() {
    OpenBatches open = leaving(4, new AtomicLong());
    List<Integer> sent = new ArrayList<>();
    for (int key = 1; key <= 8; key++) {
      sent.addAll(sizes(open.add(partition(key), writes(1, 10))));
      assertThat(open.buffered()).isLessThanOrEqualTo(4);
    }
    assertThat(sent).containsExactly(3, 4);
    assertThat(sizes(takeAll(open))).containsExactly(1);
  }

  @Test
  void packHasAgeOfOldestBatch() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    OpenBatches open = leaving(1000, now);
    open.add(partition(2), writes(1, 10));
    now.addAndGet(30);
    open.add(partition(4), writes(1, 20));
    assertThat(open.takeOlderThan(31)).isNull();
    assertThat(requireOld(open, 30).writes()).hasSize(2);

    open.add(partition(6), writes(1, 20));
    long before = open.endGeneration();
    open.add(partition(8), writes(1, 20));
    open.add(partition(9), writes(1, 20));
    assertThat(Objects.requireNonNull(open.takeUpTo(before)).writes()).hasSize(2);
    assertThat(open.takeUpTo(before)).isNull();
    assertThat(open.buffered()).isEqualTo(1);
    assertThat(open.takeUpTo(before + 1)).isNotNull();
    requireEmpty(open);
  }

  /** Such writes wait only for others on the same replicas. */
  @Test
  void singleRowPartitionsShareRequestsAtOnce() {
    OpenBatches open = sharing(new AtomicLong());
    List<Batch> sent = new ArrayList<>();
    for (int key : new int[] {2, 1, 4, 6, 3}) {
      sent.addAll(open.add(partition(key), whole(key, 10)));
    }
    assertThat(sent).extracting(Batch::batchKey).containsExactly(shared(0));
    assertThat(open.buffered()).isEqualTo(2);
    // Two writes of one row stay together and count as one of the three partitions.
    assertThat(open.add(partition(3), whole(3, 20))).isEmpty();
    assertThat(sizes(open.add(partition(5), whole(5, 10)))).containsExactly(4);
    // Writes that are too large are sent after earlier ones of their row.
    open.add(partition(5), whole(5, 10));
    assertThat(open.add(partition(5), whole(5, 101)))
        .extracting(Batch::bytes)
        .containsExactly(10L, 101L);
    requireEmpty(open);
  }

  @Test
  void closesOldPacks() {
    OpenBatches open =
        new OpenBatches(
            new BatchLimits(10, 1000, 20), SHARED_BYTES, 3, SHARING, new AtomicLong()::get);
    open.add(partition(1), whole(1, 10));
    int others = 0;
    List<Batch> sent = List.of();
    while (sent.stream().noneMatch(batch -> batch.batchKey().equals(partition(1)))) {
      others++;
      sent = open.add(partition(2 * others), whole(2 * others, 10));
    }
    assertThat(others).isEqualTo(2 * 20);
  }

  /** Rows that share no requests count for the age of packs. */
  @Test
  void closesOldPackAmongOtherRows() {
    OpenBatches open =
        new OpenBatches(
            new BatchLimits(10, 1000, 20), SHARED_BYTES, 3, SHARING, new AtomicLong()::get);
    open.add(partition(1), whole(1, 10));
    int others = 0;
    List<Batch> sent = List.of();
    while (sent.stream().noneMatch(batch -> batch.batchKey().equals(partition(1)))) {
      others++;
      sent = open.add(partition(2 * others), whole(2 * others, SHARED_BYTES + 1));
    }
    assertThat(others).isEqualTo(2 * 20);
  }

  /** A flush takes one batch at a time while other threads add. */
  @Test
  void batchesLeftByFlushMakeRoom() {
    OpenBatches open =
        new OpenBatches(
            new BatchLimits(60, 1000, 100), SHARED_BYTES, 50, SHARING, new AtomicLong()::get);
    open.add(partition(2), writes(35, 50));
    open.add(partition(4), writes(55, 120));
    open.add(partition(6), writes(5, 51));
    Batch first = Objects.requireNonNull(open.takeUpTo(Long.MAX_VALUE));
    int given = first.statements().size();
    for (int key = 8; key < 80; key += 2) {
      for (Batch sent : open.add(partition(key), writes(2, 10))) {
        given += sent.statements().size();
      }
      assertThat(open.buffered()).isLessThanOrEqualTo(100);
    }
    for (Batch left : takeAll(open)) {
      given += left.statements().size();
    }
    assertThat(given).isEqualTo(35 + 55 + 5 + 36 * 2);
    requireEmpty(open);
  }

  @Test
  void countsBytesOfPacks() {
    long mebibyte = 1 << 20;
    OpenBatches open =
        new OpenBatches(
            new BatchLimits(10, 1 << 20, 10_000), 40 * mebibyte, 100, SHARING, System::nanoTime);
    List<Batch> sent = new ArrayList<>();
    for (int key = 1; key <= 40; key++) {
      sent.addAll(open.add(partition(key), whole(key, mebibyte)));
    }
    assertThat(sent.stream().mapToLong(Batch::bytes).sum()).isGreaterThanOrEqualTo(8 * mebibyte);
  }

  private static List<Batch> takeAll(OpenBatches open) {
    List<Batch> all = new ArrayList<>();
    for (Batch next = open.takeUpTo(Long.MAX_VALUE);
        next != null;
        next = open.takeUpTo(Long.MAX_VALUE)) {
      all.add(next);
    }
    return all;
  }

  private static void requireEmpty(OpenBatches open) {
    assertThat(open.buffered()).isZero();
    assertThat(open.takeUpTo(Long.MAX_VALUE)).isNull();
  }

  private static List<Integer> sizes(List<Batch> batches) {
    return batches.stream().map(batch -> batch.writes().size()).toList();
  }

  private static BatchKey partition(int key) {
    return batchKey(new RingLocation.Partition(KEYSPACE, ByteBuffer.allocate(4).putInt(0, key)));
  }

  private static BatchKey shared(int replica) {
    return batchKey(new RingLocation.Replicas(KEYSPACE, List.of(new UUID(0, replica))));
  }

  private static BatchKey batchKey(RingLocation location) {
    return new BatchKey(location, WriteKind.REPEATABLE, BatchAttributes.of(STATEMENT));
  }

  private static AddedWrites writes(int statements, long bytes) {
    return new AddedWrites(statements(statements), bytes, bytes, WriteOutcome.UNHEARD, null);
  }

  /** A row that is the only one of the partition with this key. */
  private static AddedWrites whole(int key, long bytes) {
    return new AddedWrites(statements(1), bytes, bytes, WriteOutcome.UNHEARD, shared(key % 2));
  }

  private static List<SimpleStatement> statements(int number) {
    return IntStream.range(0, number).mapToObj(i -> STATEMENT).toList();
  }
}
