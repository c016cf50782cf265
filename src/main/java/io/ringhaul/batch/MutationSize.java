package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import java.nio.ByteBuffer;
import java.util.List;

/** How large statements are. */
final class MutationSize {

  private MutationSize() {}

  /** The bytes of the values alone. */
  static long ofValues(List<? extends BatchableStatement<?>> statements) {
    long bytes = 0;
    for (BatchableStatement<?> statement : statements) {
      if (statement instanceof BoundStatement bound) {
        for (ByteBuffer value : bound.getValues()) {
          // An unset value is a marker without bytes.
          bytes += value == null ? 0 : value.remaining();
        }
      }
    }
    return bytes;
  }

  /** At least what the server counts for its batch thresholds, in bytes. */
  static long upperBound(List<? extends BatchableStatement<?>> statements) {
    return ofValues(statements);
  }
}
