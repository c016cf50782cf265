package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ImportResult;
import io.ringhaul.RepairResult;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.VerifyOperation.Encoder;
import io.ringhaul.internal.operation.VerifyOperation.RowForm;
import io.ringhaul.internal.write.Deletion;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes a table equal to a source: compares both, writes the rows of the source that are missing or
 * different, deletes what only the table has, and compares the touched ranges again.
 *
 * @param verify the comparison
 * @param writes how rows are written
 * @param deletesExtra whether rows and values that the source does not have are deleted
 * @param applies whether the table is changed
 */
public record RepairOperation(
    VerifyOperation verify, ImportBlueprint writes, boolean deletesExtra, boolean applies)
    implements BulkOperation<RepairResult> {

  @Override
  public RepairResult run(CqlSession session, Executor threads) {
    Instant begun = Instant.now();
    TableDescription table =
        new TableLookup(session).writable(verify.settings().keyspace(), verify.settings().table());
    if (table.isCounterTable()) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Table %s holds counters, which can be added to and not be set: empty it with"
                  + " TRUNCATE and import it again",
              table));
    }
    FoundRows found = new FoundRows();
    VerifyResult before = verify.telling(found).run(session, threads);
    if (!applies || found.tokens.isEmpty()) {
      return new RepairResult(before, 0, 0, Optional.empty());
    }
    TokenRangeSet tokens = new VerifyOperation.Pass(found.tokens, 0, 1).tokens();
    long written =
        found.toWrite.isEmpty()
            ? 0
            : writes
                .of(
                    new RowsOf(verify.source(), table, found.toWrite, tokens),
                    UUID.randomUUID(),
                    Optional.empty())
                .run(session, threads)
                .rows();
    long deleted = 0;
    if (deletesExtra) {
      deleted = delete(session, threads, table, found.extra, begun, Optional.empty());
      for (Map.Entry<String, List<ByteBuffer>> cells : found.extraCells.entrySet()) {
        delete(session, threads, table, cells.getValue(), begun, Optional.of(cells.getKey()));
      }
    }
    VerifyResult after = verify.only(tokens).run(session, threads);
    return new RepairResult(before, written, deleted, Optional.of(after));
  }

  private long delete(
      CqlSession session,
      Executor threads,
      TableDescription table,
      List<ByteBuffer> keys,
      Instant begun,
      Optional<String> cells) {
    if (keys.isEmpty()) {
      return 0;
    }
    ImportChoices choices = ImportChoices.DEFAULT.deleting(new Deletion(Optional.of(begun), cells));
    ImportResult result =
        writes
            .with(choices)
            .of(new Keys(table.primaryKey(), keys), UUID.randomUUID(), Optional.empty())
            .run(session, threads);
    return result.rows();
  }

  /** The rows to write and to delete, as many as the heap has room for. */
  private static final class FoundRows implements VerifyOperation.Listener {

    /** The keys take at most this fraction of the heap, a sixteenth. */
    private static final long HEAP_SHARE = 16;

    /** What a key in memory takes beside its bytes, estimated. */
    private static final long KEY_OVERHEAD = 120;

    private final long most = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    private final Set<ByteBuffer> toWrite = new HashSet<>();
    private final List<ByteBuffer> extra = new ArrayList<>();
    private final Map<String, List<ByteBuffer>> extraCells = new TreeMap<>();
    private final BitSet tokens = new BitSet();
    private long bytes;

    @Override
    public void found(Kind kind, ByteBuffer key, long token, List<String> lacking) {
      if (isFull() || kind == Kind.REPEATED) {
        return;
      }
      bytes += KEY_OVERHEAD + key.remaining();
      tokens.set(VerifyOperation.RowSums.bucket(token));
      if (kind == Kind.EXTRA) {
        extra.add(key);
      } else {
        toWrite.add(key);
        lacking.forEach(
            column -> extraCells.computeIfAbsent(column, each -> new ArrayList<>()).add(key));
      }
    }

    @Override
    public boolean isFull() {
      return bytes > most;
    }
  }

  /** The rows of a source that have certain keys. */
  private record RowsOf(
      ImportSource source, TableDescription table, Set<ByteBuffer> keys, TokenRangeSet tokens)
      implements ImportSource {

    @Override
    public Map<String, String> identity() {
      return source.identity();
    }

    @Override
    public SourceSession open() {
      return new Opened(source.open(), this);
    }

    private record Opened(SourceSession all, RowsOf some) implements SourceSession {

      @Override
      public Optional<TableSchema> schema(String keyspace, String table) {
        return all.schema(keyspace, table);
      }

      @Override
      public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt tasks) {
        return all.within(all.plan(table, columns, tasks), some.tokens());
      }

      @Override
      public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
        RowForm form = new RowForm(some.table(), plan.columns());
        return new Reader(
            all.open(plan, columns, task), form.inSource, new Encoder(form), some.keys());
      }

      @Override
      public boolean isRepeatable() {
        return all.isRepeatable();
      }

      @Override
      public void requireUnchanged() {
        all.requireUnchanged();
      }

      @Override
      public void close() {
        all.close();
      }
    }

    private static final class Reader implements RowReader {

      private final RowReader all;
      private final int[] places;
      private final Encoder encoder;
      private final Set<ByteBuffer> keys;

      Reader(RowReader all, int[] places, Encoder encoder, Set<ByteBuffer> keys) {
        this.all = all;
        this.places = places;
        this.encoder = encoder;
        this.keys = keys;
      }

      @Override
      public @Nullable RawRow next() {
        RawRow row = all.next();
        while (row != null && !keys.contains(encoder.key(row, places))) {
          row = all.next();
        }
        return row;
      }

      @Override
      public long bytesRead() {
        return all.bytesRead();
      }

      @Override
      public void close() {
        all.close();
      }
    }
  }

  /** A source of keys in memory, in one task. */
  private record Keys(List<ColumnDescription> primaryKey, List<ByteBuffer> keys)
      implements ImportSource, SourceSession {

    @Override
    public SourceSession open() {
      return this;
    }

    @Override
    public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount) {
      return new SourcePlan(
          1,
          "keys",
          "the comparison",
          primaryKey.stream().map(ColumnDescription::name).toList(),
          Map.of(),
          List.of(new SourceTask(1, keys.size(), List.of())));
    }

    @Override
    public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
      Iterator<ByteBuffer> left = keys.iterator();
      return new RowReader() {
        @Override
        public @Nullable RawRow next() {
          return left.hasNext() ? RowForm.values(left.next(), primaryKey.size())::get : null;
        }

        @Override
        public void close() {
          // Nothing is open.
        }
      };
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
