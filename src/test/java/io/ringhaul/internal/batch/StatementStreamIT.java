package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.metrics.OperationMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests that a stream which lost statements between its buffer and the cluster fails. */
@ClusterTest
class StatementStreamIT {

  private final CqlSession session = TestCluster.session();

  @Test
  void errorWhileBatchIsFilledFailsStream() throws InterruptedException {
    PreparedStatement insert = insert();
    try (BatchSender sender = sender()) {
      StatementStream stream = streamWithoutMemory(sender);
      stream.add(List.of(insert.bind(1, 1)));
      assertThatThrownBy(() -> stream.add(List.of(insert.bind(1, 2))))
          .isInstanceOf(OutOfMemoryError.class);
      requireFailed(stream);
    }
  }

  @Test
  void errorWhileBatchIsTakenFailsStream() throws InterruptedException {
    PreparedStatement insert = insert();
    try (BatchSender sender = sender()) {
      StatementStream stream = streamWithoutMemory(sender);
      stream.add(List.of(insert.bind(1, 1)));
      assertThatThrownBy(stream::flush).isInstanceOf(OutOfMemoryError.class);
      requireFailed(stream);
    }
  }

  private static void requireFailed(StatementStream stream) {
    assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(20), stream::flush))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageStartingWith("The batch writer ran out of memory");
    assertTimeoutPreemptively(Duration.ofSeconds(20), stream::finish);
  }

  /** Batches of two statements; memory runs out after a batch has left its place in the buffer. */
  private StatementStream streamWithoutMemory(BatchSender sender) {
    StatementCatalog catalog = new StatementCatalog(session);
    MutationSize sizes = new MutationSize(session);
    StatementSharing sharing =
        new StatementSharing(
            catalog, new Placement(sender.requests().rings(), Grouping.REPLICA_SET), sizes);
    OpenBatches.Sharing withoutMemory =
        new OpenBatches.Sharing() {
          @Override
          public @Nullable BatchKey batchKey(Batch batch) {
            return sharing.batchKey(batch);
          }

          @Override
          public long size(Batch batch) {
            throw new OutOfMemoryError("test");
          }
        };
    WritesInFlight inFlight = new WritesInFlight(catalog::rowOf);
    return new StatementStream(
        sharing,
        new OpenBatches(
            new BatchLimits(2, 1 << 20, 100), 1 << 20, 10, withoutMemory, System::nanoTime),
        new OversizedWrites(sizes, catalog, OptionalLong.empty()),
        inFlight,
        new BatchDelivery(sender, new BatchMeter(), catalog, inFlight, (rows, bytes) -> {}));
  }

  private BatchSender sender() {
    return new BatchSender(
        session,
        TestStreams.requests(1),
        Optional.empty(),
        new BatchMeter(),
        new OperationMetrics(),
        new MutationSize(session),
        new StatementCatalog(session));
  }

  private PreparedStatement insert() {
    String table = TestCluster.newKeyspace(1) + ".t";
    TestCluster.define("CREATE TABLE " + table + " (p int, c int, PRIMARY KEY (p, c))");
    return session.prepare("INSERT INTO " + table + " (p, c) VALUES (?, ?)");
  }
}
