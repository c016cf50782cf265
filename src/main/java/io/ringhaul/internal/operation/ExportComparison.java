package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.rejects.TaskRejects;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the changes of an incremental export by comparing the table with the rows of earlier
 * exports, and writes them: rows that only the table has and rows that differ as they are in the
 * table, and the keys of rows that only the target has as deletes.
 *
 * @param export the export
 * @param columns the exported columns
 * @param rows the rows of earlier exports
 */
record ExportComparison(
    ExportOperation export, List<ColumnDescription> columns, ImportSource rows) {

  /** What the comparison wrote. */
  record Outcome(TaskOutput output, VerifyResult compared) {}

  /**
   * Compares and writes. The output is durable on return.
   *
   * @param writers opens a writer: each pass of the comparison has files of its own, because a
   *     comparison may take longer than an open file should be held
   * @param wanted throws an exception if the comparison is to end
   */
  Outcome run(
      CqlSession session,
      Executor threads,
      Supplier<TaskWriter> writers,
      TaskRejects rejects,
      Runnable wanted) {
    VerifyOperation comparison =
        new VerifyOperation(
            export.settings(),
            export.selection(),
            export.sizing(),
            export.pageSize(),
            rows,
            columns.stream().map(column -> CqlIdentifier.fromInternal(column.name())).toList(),
            new VerifyOperation.Rules(false, OptionalLong.empty(), Set.of()),
            new VerifyOperation.Search(0, Optional.empty(), false, 0));
    try (Changes changes = new Changes(columns, writers, rejects, wanted)) {
      VerifyResult compared =
          comparison.compare(
              session, threads, comparison.selection(), comparison.search(), changes);
      return new Outcome(changes.output(), compared);
    }
  }

  /** Writes each difference when it is found. */
  private static final class Changes implements VerifyOperation.Listener, AutoCloseable {

    private final List<ColumnDescription> columns;
    private final Supplier<TaskWriter> writers;
    private final TaskRejects rejects;
    private final Runnable wanted;
    private final List<TaskOutput> outputs = new ArrayList<>();
    private @Nullable TaskWriter open;

    Changes(
        List<ColumnDescription> columns,
        Supplier<TaskWriter> writers,
        TaskRejects rejects,
        Runnable wanted) {
      this.columns = columns;
      this.writers = writers;
      this.rejects = rejects;
      this.wanted = wanted;
    }

    private TaskWriter writer() {
      TaskWriter writer = open;
      if (writer == null) {
        writer = writers.get();
        open = writer;
      }
      return writer;
    }

    @Override
    public void requireWanted() {
      wanted.run();
    }

    @Override
    public void searched() {
      if (open != null) {
        outputs.add(open.finish());
        close();
      }
    }

    /** The output of all passes. */
    TaskOutput output() {
      return ExportCheckpoints.sum(0, outputs);
    }

    @Override
    public void close() {
      if (open != null) {
        open.close();
        open = null;
      }
    }

    @Override
    public void found(
        Kind kind,
        ComparedRows rows,
        byte @Nullable [] expected,
        byte @Nullable [] actual,
        @Nullable RawRow asRead) {
      switch (kind) {
        case EXTRA, DIFFERENT -> write(rows, Objects.requireNonNull(asRead));
        case MISSING -> delete(rows, Objects.requireNonNull(expected));
        case REPEATED ->
            throw new StorageException(
                rows.table().toString(),
                String.format(
                    "The target has the row %s of %s more than once, so that it was not filled by"
                        + " incremental exports alone: replace all of its rows",
                    rows.key(Objects.requireNonNull(expected)), rows.table()),
                null);
      }
    }

    private void delete(ComparedRows rows, byte[] row) {
      List<@Nullable ByteBuffer> key =
          ComparedRows.values(rows.keyOf(row), rows.table().primaryKey().size());
      writer().delete(key::get);
    }

    private void write(ComparedRows rows, RawRow row) {
      int[] positions = columns.stream().mapToInt(rows.columns()::indexOf).toArray();
      RawRow exported = column -> row.bytes(positions[column]);
      try {
        writer().write(exported);
      } catch (UnrepresentableValueException e) {
        rejects.add(e, exported);
      }
    }

    @Override
    public boolean isFull() {
      return false;
    }
  }
}
