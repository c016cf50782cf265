package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.internal.batch.StreamWriter;
import java.util.List;

/**
 * What a binder writes by itself, waiting for each answer: that which all rows of a partition
 * share. Used by one thread.
 */
final class SharedColumnWriter {

  private final StreamWriter writer;
  private long rows;
  private boolean inDoubt;

  SharedColumnWriter(StreamWriter writer) {
    this.writer = writer;
  }

  /**
   * Writes and waits.
   *
   * @param counted how many written rows it counts as
   * @return whether it was acknowledged
   */
  boolean write(List<BoundStatement> statements, int counted) throws InterruptedException {
    boolean written = writer.write(statements, counted);
    if (written) {
      rows += counted;
    } else {
      inDoubt = true;
    }
    return written;
  }

  /** See {@link RowBinder#writtenAside()}. */
  long rows() {
    return rows;
  }

  /** See {@link RowBinder#isInDoubt()}. */
  boolean isInDoubt() {
    return inDoubt;
  }
}
