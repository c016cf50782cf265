package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.batch.OpenBatches.Batch;
import io.ringhaul.batch.OpenBatches.Slot;
import io.ringhaul.batch.OpenBatches.Unit;
import io.ringhaul.statement.WriteKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a batch is full, and which goes first. */
class OpenBatchesTest {

  private static final CqlIdentifier KEYSPACE = CqlIdentifier.fromInternal("k");
  private static final SimpleStatement STATEMENT = SimpleStatement.newInstance("INSERT");
  private static final long SHARED_BYTES = 100;

  @Test
  void aGroupThatEndsOnTheLimitIsSentOnceAndNothingIsLeft() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 1000, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), unit(1, 1))).isEmpty();
    assertThat(open.add(partition(1), unit(1, 1))).isEmpty();
    assertThat(sizes(open.add(partition(1), unit(1, 1)))).containsExactly(3);
    requireEmpty(open);
  }

  @Test
  void aGroupThatEndsOnTheLimitOfBytesIsSentOnceAndNothingIsLeft() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), unit(1, 25))).isEmpty();
    assertThat(sizes(open.add(partition(1), unit(1, 25)))).containsExactly(2);
    requireEmpty(open);

    assertThat(open.add(shared(1), unit(1, 50))).isEmpty();
    assertThat(sizes(open.add(shared(1), unit(1, 50)))).containsExactly(2);
    requireEmpty(open);
  }

  @Test
  void whatDoesNotFitAnyMoreOpensTheNext() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(open.add(partition(1), unit(1, 30))).isEmpty();
    assertThat(sizes(open.add(partition(1), unit(1, 30)))).containsExactly(1);
    assertThat(open.buffered()).isEqualTo(1);
    // Statements that belong together are not parted.
    OpenBatches byNumber = new OpenBatches(new BatchLimits(3, 50, 100), SHARED_BYTES);
    assertThat(byNumber.add(partition(1), unit(2, 1))).isEmpty();
    assertThat(sizes(byNumber.add(partition(1), unit(2, 1)))).containsExactly(1);
    assertThat(byNumber.buffered()).isEqualTo(2);
  }

  /** A batch of several partitions is measured as the server does it. */
  @Test
  void bytesAreThoseThatCount() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 50, 100), SHARED_BYTES);
    assertThat(open.add(shared(1), new Unit(statements(1), 10, 60, WriteOutcome.UNHEARD)))
        .isEmpty();
    List<Batch> full = open.add(shared(1), new Unit(statements(1), 10, 41, WriteOutcome.UNHEARD));
    assertThat(sizes(full)).containsExactly(1);
    assertThat(full.get(0).bytes()).isEqualTo(10);
    assertThat(open.buffered()).isEqualTo(1);
  }

  @Test
  void aBatchIsOfTheGenerationThatOpenedIt() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 1000, 100), SHARED_BYTES);
    open.add(partition(1), unit(1, 1));
    long first = open.endGeneration();
    open.add(partition(1), unit(1, 1));
    open.add(partition(2), unit(1, 1));
    Batch taken = Objects.requireNonNull(open.takeUpTo(first));
    assertThat(taken.statements()).hasSize(2);
    assertThat(taken.generation()).isEqualTo(first);
    assertThat(open.takeUpTo(first)).isNull();
    assertThat(open.alone(partition(3), unit(1, 1)).generation()).isEqualTo(first + 1);
    assertThat(open.takeUpTo(open.endGeneration())).isNotNull();
    requireEmpty(open);
  }

  @Test
  void aUnitBeyondTheLimitIsABatchOfItsOwn() {
    OpenBatches open = new OpenBatches(new BatchLimits(3, 50, 100), SHARED_BYTES);
    assertThat(open.add(shared(1), unit(1, 10))).isEmpty();
    assertThat(sizes(open.add(shared(1), unit(1, Integer.MAX_VALUE)))).containsExactly(1, 1);
    requireEmpty(open);
    assertThat(open.add(partition(1), unit(1, 10))).isEmpty();
    List<Batch> full = open.add(partition(1), unit(5, 10));
    assertThat(full.stream().map(batch -> batch.statements().size()).toList())
        .containsExactly(1, 5);
    requireEmpty(open);
  }

  @Test
  void theLongestIsSentWhenTheBufferIsFull() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 6), SHARED_BYTES);
    open.add(partition(2), unit(1, 1));
    open.add(partition(2), unit(1, 1));
    open.add(partition(2), unit(1, 1));
    open.add(partition(3), unit(1, 1));
    open.add(partition(3), unit(1, 1));
    assertThat(open.add(partition(1), unit(1, 1))).isEmpty();
    List<Batch> full = open.add(partition(4), unit(1, 1));
    assertThat(full).extracting(Batch::slot).containsExactly(partition(2));
    assertThat(sizes(full)).containsExactly(3);
    assertThat(open.buffered()).isEqualTo(4);
    // Of those with two statements the one that had them first.
    open.add(partition(4), unit(1, 1));
    open.add(partition(5), unit(1, 1));
    full = open.add(partition(6), unit(1, 1));
    assertThat(full).extracting(Batch::slot).containsExactly(partition(3));
    assertThat(open.buffered()).isEqualTo(5);
  }

  /** Short batches of partitions that are over leave room for those that still grow. */
  @Test
  void whatNothingIsAddedToAnyMoreGoesBeforeTheLongest() {
    OpenBatches open = new OpenBatches(new BatchLimits(10, 1000, 20), SHARED_BYTES);
    List<Integer> sizes = new ArrayList<>();
    // Partitions of 12 rows, which come one after the other: ten rows are full, and two stay.
    for (int partition = 0; partition < 200; partition++) {
      for (int row = 0; row < 12; row++) {
        sizes.addAll(sizes(open.add(partition(partition), unit(1, 1))));
        assertThat(open.buffered()).isLessThanOrEqualTo(20);
      }
    }
    assertThat(sizes.stream().filter(size -> size == 10).count()).isEqualTo(200);
    assertThat(sizes).containsOnly(2, 10);
  }

  @Test
  void asManyAreSentAsItTakesToHaveRoom() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 4), SHARED_BYTES);
    open.add(partition(1), unit(2, 1));
    open.add(partition(2), unit(2, 1));
    // The first was left alone for longer than a buffer's worth, and the third is the longest then.
    assertThat(open.add(partition(3), unit(4, 1)))
        .extracting(Batch::slot)
        .containsExactly(partition(1), partition(3));
    assertThat(open.add(partition(4), unit(3, 1)))
        .extracting(Batch::slot)
        .containsExactly(partition(2));
    assertThat(open.buffered()).isEqualTo(3);
  }

  /** Whatever the number of statements: 32 MiB of values are the most that wait. */
  @Test
  void largeValuesFillTheBufferToo() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 20 << 20, 1000), SHARED_BYTES);
    open.add(partition(1), unit(1, 15 << 20));
    open.add(partition(2), unit(1, 15 << 20));
    assertThat(open.add(partition(3), unit(1, 3 << 20)))
        .extracting(Batch::slot)
        .containsExactly(partition(1));
    assertThat(open.buffered()).isEqualTo(2);
  }

  @Test
  void theOldestAreTakenByTheirAge() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 1000), SHARED_BYTES, now::get);
    open.add(partition(1), unit(1, 1));
    open.add(partition(2), unit(1, 1));
    now.addAndGet(40);
    open.add(partition(3), unit(1, 1));
    // More statements do not make a batch younger.
    open.add(partition(1), unit(1, 1));
    now.addAndGet(10);
    assertThat(open.takeOlderThan(51)).isNull();
    List<Batch> old = List.of(requireOld(open, 50), requireOld(open, 50));
    assertThat(old).extracting(Batch::slot).containsExactly(partition(1), partition(2));
    assertThat(sizes(old)).containsExactly(2, 1);
    assertThat(open.takeOlderThan(50)).isNull();
    assertThat(open.buffered()).isEqualTo(1);
    assertThat(open.takeOlderThan(11)).isNull();
    assertThat(requireOld(open, 10).slot()).isEqualTo(partition(3));
    requireEmpty(open);
  }

  private static Batch requireOld(OpenBatches open, long nanos) {
    return Objects.requireNonNull(open.takeOlderThan(nanos));
  }

  @Test
  void statementsOfOtherKindsPlacesAndLevelsAreInOtherBatches() {
    OpenBatches open = new OpenBatches(new BatchLimits(100, 1000, 1000), SHARED_BYTES);
    Common common = Common.of(STATEMENT);
    Common later = Common.of(STATEMENT.setQueryTimestamp(5));
    open.add(partition(1), unit(1, 1));
    open.add(new Slot(partition(1).place(), WriteKind.ONCE, common), unit(1, 1));
    open.add(new Slot(partition(1).place(), WriteKind.REPEATABLE, later), unit(1, 1));
    open.add(shared(1), unit(1, 1));
    open.add(shared(2), unit(1, 1));
    open.add(shared(2), unit(1, 1));
    List<Batch> all = new ArrayList<>();
    for (Batch next = open.takeUpTo(Long.MAX_VALUE);
        next != null;
        next = open.takeUpTo(Long.MAX_VALUE)) {
      all.add(next);
    }
    assertThat(sizes(all)).containsExactly(1, 1, 1, 1, 2);
  }

  private static void requireEmpty(OpenBatches open) {
    assertThat(open.buffered()).isZero();
    assertThat(open.takeUpTo(Long.MAX_VALUE)).isNull();
  }

  private static List<Integer> sizes(List<Batch> batches) {
    return batches.stream().map(batch -> batch.units().size()).toList();
  }

  private static Slot partition(int key) {
    return slot(new Place.Partition(KEYSPACE, ByteBuffer.allocate(4).putInt(0, key)));
  }

  private static Slot shared(int replica) {
    return slot(new Place.Replicas(KEYSPACE, List.of(new UUID(0, replica))));
  }

  private static Slot slot(Place place) {
    return new Slot(place, WriteKind.REPEATABLE, Common.of(STATEMENT));
  }

  private static Unit unit(int statements, long bytes) {
    return new Unit(statements(statements), bytes, bytes, WriteOutcome.UNHEARD);
  }

  private static List<SimpleStatement> statements(int number) {
    return IntStream.range(0, number).mapToObj(i -> STATEMENT).toList();
  }
}
