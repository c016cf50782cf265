package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.schema.TableDescription;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the columns that all rows of a partition share, and waits for each answer. Used by the one
 * thread that reads a task.
 */
public final class PartitionWriter {

  private final TableDescription table;
  private final StreamWriter writer;
  private final RequestSender reads;
  private long rows;
  private boolean inDoubt;

  /**
   * @param reads reads what was written, at a consistency level that sees every acknowledged write.
   *     These reads come on top of the requests in flight, one for each reader of the source
   */
  public PartitionWriter(TableDescription table, StreamWriter writer, RequestSender reads) {
    this.table = table;
    this.writer = writer;
    this.reads = reads;
  }

  /**
   * Writes the shared columns of a row. A row with nothing else counts as written at its first
   * shared write, and not at all if its partition has had that write.
   *
   * @throws io.ringhaul.exceptions.RowRejectedException if the cluster refuses them
   */
  public void write(BoundRow row) throws InterruptedException {
    if (row.shared().isEmpty()) {
      // Most rows; an iterator over nothing is an object for each of them.
      return;
    }
    int rowsToCount = row.statements().isEmpty() ? 1 : 0;
    for (BoundRow.Shared shared : row.shared()) {
      int counts = rowsToCount;
      OncePerPartition once = shared.once();
      if (once == null) {
        write(shared, counts);
      } else {
        once.write(shared.partition(), () -> isInTable(shared.look()) || write(shared, counts));
      }
      rowsToCount = 0;
    }
  }

  private boolean write(BoundRow.Shared shared, int counts) throws InterruptedException {
    boolean isWritten = writer.write(shared.statements(), counts);
    if (isWritten) {
      rows += counts;
    } else {
      inDoubt = true;
    }
    return isWritten;
  }

  private boolean isInTable(@Nullable BoundStatement look) throws InterruptedException {
    if (look == null) {
      return false;
    }
    Row found;
    try {
      found = reads.send(Request.of(look)).toCompletableFuture().get().one();
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "Reading the static columns of " + table);
    }
    if (found == null) {
      return false;
    }
    for (int i = 0; i < found.size(); i++) {
      if (found.getBytesUnsafe(i) != null) {
        return true;
      }
    }
    return false;
  }

  /** Rows that had no statements of their own and were written here. */
  public long rows() {
    return rows;
  }

  /** Whether a write was not acknowledged, so that the task must not end. */
  public boolean isInDoubt() {
    return inDoubt;
  }
}
