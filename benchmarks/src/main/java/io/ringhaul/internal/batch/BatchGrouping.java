package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.benchmarks.data.OrderRows;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.cql.WriteKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Time to assign a statement to the batch of its partition of ten rows. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchGrouping {

  /** The order of the rows. */
  public enum Order {
    /** Partition by partition, as in exports. */
    BY_PARTITION,
    /** In random order: the buffer fills up and the largest batch is sent early. */
    SHUFFLED
  }

  private static final long ROW_BYTES = 93;
  private static final long SHARED_BYTES = 5_120;

  /** The order of the rows. */
  @Param({"BY_PARTITION", "SHUFFLED"})
  public Order order = Order.BY_PARTITION;

  private final List<SimpleStatement> statements = new ArrayList<>();

  /** Creates a statement for each row. */
  @Setup
  public void makeStatements() {
    statements.clear();
    SimpleStatement insert =
        SimpleStatement.newInstance("INSERT INTO orders")
            .setRoutingKeyspace(CqlIdentifier.fromInternal("bench"));
    for (long number = 0; number < OrderRows.COUNT; number++) {
      statements.add(
          insert.setRoutingKey(
              ByteBuffer.allocate(Long.BYTES).putLong(0, number / OrderRows.OF_A_CUSTOMER)));
    }
    if (order == Order.SHUFFLED) {
      Collections.shuffle(statements, new Random(1));
    }
  }

  /** Adds one statement, including its share of completing the batch. */
  @Benchmark
  @OperationsPerInvocation(OrderRows.COUNT)
  public void statement(Blackhole sent) {
    OpenBatches open = new OpenBatches(BatchLimits.DEFAULT, SHARED_BYTES);
    for (SimpleStatement statement : statements) {
      BatchKey batchKey =
          new BatchKey(
              Placement.partition(statement), WriteKind.REPEATABLE, BatchAttributes.of(statement));
      sent.consume(
          open.add(
              batchKey,
              new AddedWrites(
                  List.of(statement), ROW_BYTES, ROW_BYTES, WriteOutcome.UNHEARD, null)));
    }
    for (Batch batch = open.takeUpTo(Long.MAX_VALUE);
        batch != null;
        batch = open.takeUpTo(Long.MAX_VALUE)) {
      sent.consume(batch);
    }
  }
}
