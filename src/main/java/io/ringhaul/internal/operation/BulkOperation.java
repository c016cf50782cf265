package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.concurrent.Executor;

/** A count, an export or an import with all its settings, ready to run once. */
public interface BulkOperation<R> {

  /**
   * Runs in the calling thread and returns after all threads that it started have ended.
   *
   * @param threads runs the workers; the operation waits for all of them
   * @throws BulkOperationException if it fails or is interrupted
   */
  R run(CqlSession session, Executor threads);
}
