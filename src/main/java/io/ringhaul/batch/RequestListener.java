package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Called for each request of a {@link BatchWriter}, at its start and at its end. A request is a
 * batch or a single statement, of the stream or of a unit; its retries belong to it. Exceptions and
 * errors of the listener are logged, and the writer continues.
 */
@FunctionalInterface
public interface RequestListener {

  /**
   * Called before a request is sent, on the thread that sends it: the caller's, or the writer's own
   * for a batch that has reached its maximum age. Must not block.
   *
   * @param type the type of the batch; empty for a single statement
   * @param statements the number of statements, 1 or more
   * @param bytes the bytes of their values
   * @return called once when the request has ended, with its failure after the last attempt, or
   *     empty if the cluster acknowledged it; usually on a thread of the driver. Must not block
   */
  Consumer<Optional<Throwable>> sending(Optional<BatchType> type, int statements, long bytes);
}
