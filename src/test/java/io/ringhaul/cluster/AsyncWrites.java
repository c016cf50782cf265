package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Writes a test's data side by side; closing waits for all of it and throws the first failure. */
public final class AsyncWrites implements AutoCloseable {

  private static final int IN_FLIGHT = 64;

  private final CqlSession session;
  private final Semaphore places = new Semaphore(IN_FLIGHT);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Writes with the given session, which stays the test's. */
  public AsyncWrites(CqlSession session) {
    this.session = session;
  }

  /** Waits for a place and sends it. */
  public void add(Statement<?> statement) {
    places.acquireUninterruptibly();
    session
        .executeAsync(statement)
        .whenComplete(
            (written, failed) -> {
              if (failed != null) {
                failure.compareAndSet(null, failed);
              }
              places.release();
            });
  }

  /** Rows of one partition in one batch. */
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
    places.acquireUninterruptibly(IN_FLIGHT);
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("The test's own data could not be written", failed);
    }
  }
}
