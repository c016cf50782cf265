package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes test data with up to 64 requests in flight. {@link #close()} waits for all writes and
 * throws the first failure.
 */
public final class AsyncWrites implements AutoCloseable {

  private static final int IN_FLIGHT = 64;

  private final CqlSession session;
  private final Semaphore slots = new Semaphore(IN_FLIGHT);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Uses the given session and does not close it. */
  public AsyncWrites(CqlSession session) {
    this.session = session;
  }

  /**
   * Writes the rows with the numbers 0 to {@code rows} - 1 and waits for all answers.
   *
   * @param cql an INSERT or UPDATE with bind markers
   * @param values returns the bound values of the row with a number
   */
  public static void writeRows(
      CqlSession session, String cql, int rows, IntFunction<Object[]> values) {
    PreparedStatement prepared = session.prepare(cql);
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int row = 0; row < rows; row++) {
        writes.add(prepared.bind(values.apply(row)));
      }
    }
  }

  /** Waits for a free slot and sends the statement. */
  public void add(Statement<?> statement) {
    slots.acquireUninterruptibly();
    session
        .executeAsync(statement)
        .whenComplete(
            (written, failed) -> {
              if (failed != null) {
                failure.compareAndSet(null, failed);
              }
              slots.release();
            });
  }

  /** Sends rows of one partition as one UNLOGGED batch. */
  public void addPartition(List<? extends BatchableStatement<?>> rows) {
    BatchStatement batch = BatchStatement.newInstance(BatchType.UNLOGGED);
    for (BatchableStatement<?> row : rows) {
      batch = batch.add(row);
    }
    add(
        batch
            .setRoutingKeyspace(rows.get(0).getRoutingKeyspace())
            .setRoutingKey(rows.get(0).getRoutingKey()));
  }

  @Override
  public void close() {
    slots.acquireUninterruptibly(IN_FLIGHT);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("Writing the test data failed", failed);
    }
  }
}
