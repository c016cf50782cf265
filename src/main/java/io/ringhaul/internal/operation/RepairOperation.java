package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.RepairResult;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.ComparedRows.Encoder;
import io.ringhaul.internal.write.CellTimeNames;
import io.ringhaul.internal.write.Deletion;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.RestoredTimes;
import io.ringhaul.internal.write.RowBinders;
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
import java.util.Objects;
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
    if (!applies) {
      return new RepairResult(verify.run(session, threads), 0, 0, Optional.empty());
    }
    FoundRows found = new FoundRows();
    VerifyResult before =
        verify.compare(session, threads, verify.selection(), verify.search(), found);
    if (found.buckets.isEmpty()) {
      return new RepairResult(before, 0, 0, Optional.empty());
    }
    RowsOf rows =
        new RowsOf(
            writes.choices().times().ignored()
                ? VerifyOperation.withoutTimes(verify.source())
                : verify.source(),
            verify.rules().tolerances(),
            table,
            found.toWrite,
            tokens(found),
            Optional.of(writes.choices().times())
                .filter(times -> !times.ignored())
                .map(RestoredTimes::names));
    if (before.different() > 0) {
      requireNoAppends(table, rows);
    }
    long written = 0;
    long deleted = 0;
    try {
      if (!found.toWrite.isEmpty()) {
        written = write(rows).run(session, threads).rows();
      }
      if (deletesExtra) {
        boolean staticsAreSure = VerifyOperation.isTable(verify.source());
        deleted =
            delete(table, found.extraKeys(table), begun, Optional.empty())
                .run(session, threads)
                .rows();
        for (Map.Entry<String, List<ByteBuffer>> cells : found.extraCells.entrySet()) {
          // The rows of a file may have a static value on one row of the partition only.
          if (staticsAreSure || !isStatic(table, cells.getKey())) {
            delete(table, cells.getValue(), begun, Optional.of(cells.getKey()))
                .run(session, threads);
          }
        }
      }
      VerifyOperation.Search search =
          new VerifyOperation.Search(verify.search().most(), Optional.empty(), false, 0);
      VerifyResult after =
          verify.compare(session, threads, verify.selection().only(tokens(found)), search, null);
      return new RepairResult(before, written, deleted, Optional.of(after));
    } catch (BulkOperationException e) {
      throw e.withNote(
          "the repair is not complete: what it wrote and deleted so far stays, and it is safe to"
              + " run it again");
    }
  }

  private static TokenRangeSet tokens(FoundRows found) {
    return new VerifyOperation.Pass(found.buckets, 0, 1).tokens();
  }

  private static boolean isStatic(TableDescription table, String column) {
    return table
        .column(column)
        .filter(it -> it.kind() == ColumnDescription.Kind.STATIC)
        .isPresent();
  }

  private ImportOperation write(ImportSource rows) {
    return writes.of(rows, UUID.randomUUID(), Optional.empty());
  }

  /**
   * Write times of the elements of a list can be restored only by appending them, which would
   * repeat the elements that the table has.
   */
  private void requireNoAppends(TableDescription table, RowsOf rows) {
    ImportChoices choices = writes.choices();
    try (SourceSession opened = rows.open()) {
      TableDescription withTimes =
          choices.times().extend(table, () -> opened.schema(table.keyspace(), table.name()));
      SourcePlan plan =
          opened.plan(
              withTimes,
              verify.columnNames().stream().map(CqlIdentifier::asInternal).toList(),
              OptionalInt.empty());
      if (RowBinders.willWriteOnce(table, withTimes.select(plan.columns()), choices)) {
        throw new UnsuitableTableException(
            table.toString(),
            String.format(
                "Rows of %s that differ have lists that are not frozen. Their write times can be"
                    + " restored only by appending their elements again; use %s, which replaces"
                    + " them",
                table, Setting.IGNORE_CELL_TIMES.call()));
      }
    }
  }

  private ImportOperation delete(
      TableDescription table, List<ByteBuffer> keys, Instant begun, Optional<String> cells) {
    return writes
        .with(ImportChoices.DEFAULT.deleting(new Deletion(Optional.of(begun), cells, true)))
        .of(new Keys(table.primaryKey(), keys), UUID.randomUUID(), Optional.empty());
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
    private final BitSet buckets = new BitSet();
    private long bytes;

    @Override
    public void found(
        Kind kind,
        ComparedRows rows,
        byte @Nullable [] expected,
        byte @Nullable [] actual,
        @Nullable RawRow asRead) {
      byte[] row = expected == null ? Objects.requireNonNull(actual) : expected;
      buckets.set(VerifyOperation.RowSums.bucket(rows.token(row)));
      if (isFull() || kind == Kind.REPEATED) {
        return;
      }
      ByteBuffer key = rows.keyOf(row);
      List<String> lacking =
          expected == null || actual == null ? List.of() : rows.lacking(expected, actual);
      bytes += KEY_OVERHEAD + key.remaining();
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

    /**
     * The keys of the rows to delete. A partition with only static columns is a row, which ends
     * when the partition gets another row: its static columns are then those of that row.
     */
    private List<ByteBuffer> extraKeys(TableDescription table) {
      int partition = table.partitionKey().size();
      int whole = table.primaryKey().size();
      Set<List<@Nullable ByteBuffer>> written = new HashSet<>();
      if (table.hasStatics()) {
        toWrite.forEach(key -> written.add(ComparedRows.values(key, partition)));
      }
      return extra.stream()
          .filter(
              key ->
                  ComparedRows.values(key, whole).get(whole - 1) != null
                      || !written.contains(ComparedRows.values(key, partition)))
          .toList();
    }
  }

  /**
   * The rows of a source that have certain keys.
   *
   * @param names of the columns of write times and TTLs; empty if these are ignored
   */
  private record RowsOf(
      ImportSource source,
      Set<Tolerance> tolerances,
      TableDescription table,
      Set<ByteBuffer> keys,
      TokenRangeSet tokens,
      Optional<CellTimeNames> names)
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
        return all.within(all.plan(table, withTimes(table, columns), tasks), some.tokens());
      }

      /** The columns asked for, with their write times and TTLs if the source has them. */
      private List<String> withTimes(TableDescription table, List<String> columns) {
        return some.names().isEmpty() || VerifyOperation.isTable(some.source())
            ? columns
            : VerifyOperation.withTimes(all, table, columns, some.names().get());
      }

      @Override
      public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
        ComparedRows rows =
            new ComparedRows(
                some.table(), plan.columns(), false, some.tolerances(), all.fixedScales(plan));
        return new Reader(
            all.open(plan, columns, task),
            rows.side(CellTimeNames.DEFAULT, columns),
            new Encoder(rows),
            some.keys());
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
      private final ComparedRows.Side side;
      private final Encoder encoder;
      private final Set<ByteBuffer> keys;

      Reader(RowReader all, ComparedRows.Side side, Encoder encoder, Set<ByteBuffer> keys) {
        this.all = all;
        this.side = side;
        this.encoder = encoder;
        this.keys = keys;
      }

      @Override
      public @Nullable RawRow next() {
        RawRow row = all.next();
        while (row != null && !keys.contains(encoder.key(row, side))) {
          if (Thread.currentThread().isInterrupted()) {
            throw new OperationCancelledException(
                "The repair was cancelled while it read its source", new InterruptedException());
          }
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
          return left.hasNext() ? ComparedRows.values(left.next(), primaryKey.size())::get : null;
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
