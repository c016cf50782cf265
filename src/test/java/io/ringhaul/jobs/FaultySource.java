package io.ringhaul.jobs;

import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a source and calls a hook for each row.
 *
 * @param atRow receives the number of each row, starting with 1, before the row is read
 */
record FaultySource(ImportSource real, LongConsumer atRow) implements ImportSource {

  @Override
  public Map<String, String> identity() {
    return real.identity();
  }

  @Override
  public SourceSession open() {
    SourceSession session = real.open();
    AtomicLong rows = new AtomicLong();
    return new SourceSession() {
      @Override
      public Optional<TableSchema> schema(String keyspace, String table) {
        return session.schema(keyspace, table);
      }

      @Override
      public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount) {
        return session.plan(table, columns, taskCount);
      }

      @Override
      public SourcePlan pinned(SourcePlan plan) {
        return session.pinned(plan);
      }

      @Override
      public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask split) {
        RowReader reader = session.open(plan, columns, split);
        return new RowReader() {
          @Override
          public @Nullable RawRow next() {
            atRow.accept(rows.incrementAndGet());
            return reader.next();
          }

          @Override
          public Optional<SourceRecord> lastRecord() {
            return reader.lastRecord();
          }

          @Override
          public Optional<RecordForm> recordForm() {
            return reader.recordForm();
          }

          @Override
          public void close() {
            reader.close();
          }
        };
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
