package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The plain driver sends the same rows in the best safe batches, built in advance: UNLOGGED batches
 * of one partition, or of several as long as the server does not warn. It runs on one node, where
 * all partitions have the same replica. Rows come in token order with alternating tasks, as in an
 * import. Ringhaul's own batching does not affect them.
 *
 * <p>Batches are built up to the memory limit. If rows remain, the clock stops while the next
 * batches are built.
 */
public final class SendFloor {

  /** Largest number of rows in a batch of an import. */
  private static final int ROWS_TO_A_BATCH = 100;

  private static final int PAGE_SIZE = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A conservative estimate of the heap size of a bound row and of each of its values. */
  private static final int BYTES_TO_A_ROW = 200;

  private static final int BYTES_TO_A_VALUE = 100;

  private final CqlSession session;
  private final String insert;
  private final int inFlight;

  /**
   * Creates a floor.
   *
   * @param insert the statement that writes all columns of the target, in the order of the source
   * @param inFlight the number of concurrent batches
   */
  public SendFloor(CqlSession session, String insert, int inFlight) {
    this.session = session;
    this.insert = insert;
    this.inFlight = inFlight;
  }

  /**
   * Sends the rows of another table.
   *
   * @param columns the columns of the source, in the order of the statement's values
   */
  public Measurement send(String source, List<String> columns, List<List<TokenRange>> tasks)
      throws Exception {
    RangeQuery query = new RangeQuery(session, source, String.join(", ", columns), PAGE_SIZE);
    PreparedStatement prepared = session.prepare(insert);
    int key = RangeQuery.metadata(session, source).getPartitionKey().size();
    Queue<PartitionReader> readers = new ArrayDeque<>();
    for (List<TokenRange> pieces : tasks) {
      PartitionReader reader = new PartitionReader(session, query, pieces, key, ROWS_TO_A_BATCH);
      if (reader.hasNext()) {
        readers.add(reader);
      }
    }
    long most =
        Runtime.getRuntime().maxMemory()
            / 3
            / (BYTES_TO_A_ROW + (long) BYTES_TO_A_VALUE * columns.size());
    ClientClock clock = new ClientClock();
    long rows = 0;
    while (!readers.isEmpty()) {
      List<Statement<?>> batches = new ArrayList<>();
      rows += build(readers, prepared, most, batches);
      System.gc();
      clock.time(
          () -> {
            InTurns.run(batches, inFlight, session::executeAsync);
            return batches;
          });
    }
    return clock.measured(rows);
  }

  private static long build(
      Queue<PartitionReader> readers,
      PreparedStatement prepared,
      long most,
      List<Statement<?>> batches) {
    long rows = 0;
    while (rows < most && !readers.isEmpty()) {
      PartitionReader reader = readers.remove();
      List<BatchableStatement<?>> statements = new ArrayList<>();
      reader.next().forEach(values -> statements.add(RawValues.bind(prepared, values)));
      rows += statements.size();
      batches.add(statement(statements));
      if (reader.hasNext()) {
        readers.add(reader);
      }
    }
    return rows;
  }

  /** Sends a single row as a plain statement, as an import does. */
  private static Statement<?> statement(List<BatchableStatement<?>> statements) {
    if (statements.size() == 1) {
      return ((BoundStatement) statements.get(0))
          .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_QUORUM)
          .setIdempotent(true)
          .setTimeout(PATIENCE);
    }
    return BatchStatement.newInstance(BatchType.UNLOGGED, statements)
        .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_QUORUM)
        .setIdempotent(true)
        .setTimeout(PATIENCE);
  }
}
