package io.ringhaul;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RowReader;
import io.ringhaul.rejects.TaskRejects;
import io.ringhaul.schema.RawRow;
import io.ringhaul.write.RowBinder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a split, and writes its rows or rejects them.
 *
 * @param rejected takes rows that CQL cannot hold
 * @param source where the rows come from, for people
 * @param writer takes the others
 */
record SplitImport(TaskRejects rejected, String source, BatchWriter writer) {

  /** Reads to the end and closes the reader. */
  void run(RowReader opened, RowBinder rows) throws InterruptedException {
    try (RowReader reader = opened) {
      while (true) {
        @Nullable RawRow row;
        try {
          row = reader.next();
        } catch (UnrepresentableValueException e) {
          rejected.add(e, reader.lastRecord(), source);
          continue;
        }
        if (row == null) {
          return;
        }
        write(row, rows, reader);
      }
    }
  }

  private void write(RawRow row, RowBinder rows, RowReader reader) throws InterruptedException {
    List<BoundStatement> statements;
    try {
      statements = rows.bind(row);
    } catch (UnrepresentableValueException e) {
      rejected.add(e, row, reader.lastRecord());
      return;
    }
    if (!statements.isEmpty()) {
      writer.add(statements);
    }
  }
}
