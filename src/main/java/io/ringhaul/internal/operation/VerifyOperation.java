package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.ReadResult;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.CqlLiteral;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.RestoredTimes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with a source: checksums of both first, then the rows of the ranges of tokens
 * whose checksums differ.
 *
 * @param sizing the number of tasks of a read unless it is set
 * @param pageSize rows in a page; 0 to adapt it
 * @param columnNames the columns to compare; empty for all that both have
 */
public record VerifyOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    int pageSize,
    ImportSource source,
    List<CqlIdentifier> columnNames,
    Search search)
    implements BulkOperation<VerifyResult> {

  /**
   * What to search for, and how far.
   *
   * @param most the number of differences that the result names; without a file and a listener, the
   *     search ends when there are more
   * @param file the new file for all differences
   * @param ignoresExtra whether rows that only the table has are no differences
   * @param rowsInMemory rows of the source that a pass holds; 0 for as many as the heap has room
   *     for
   */
  public record Search(int most, Optional<Path> file, boolean ignoresExtra, long rowsInMemory) {}

  /** The rows of a pass take at most this fraction of the heap: an eighth. */
  private static final long HEAP_SHARE = 8;

  /** What a row in memory takes beside its values and its key, estimated. */
  private static final long ROW_OVERHEAD = 200;

  /** Learns of differences. Called by one thread at a time. */
  interface Listener {

    /**
     * Called for each difference.
     *
     * @param key the primary key: each value with its length before it
     * @param token the token of the partition
     * @param lacking the columns of a row that is different for which only the table has a value
     */
    void found(Kind kind, ByteBuffer key, long token, List<String> lacking);

    /** Whether the search ends before the next pass. */
    boolean isFull();
  }

  @Override
  public VerifyResult run(CqlSession session, Executor threads) {
    return compare(session, threads, selection, search, null);
  }

  /**
   * Compares a part of the table.
   *
   * @param part the rows to compare
   * @param listener learns of all differences, and decides when the search ends
   */
  VerifyResult compare(
      CqlSession session,
      Executor threads,
      RowSelection part,
      Search how,
      @Nullable Listener listener) {
    TableDescription table =
        new TableLookup(session).readable(settings.keyspace(), settings.table());
    List<String> asked = columnNames.stream().map(CqlIdentifier::asInternal).toList();
    ImportPreflight.requirePrimaryKey("comparison of", table, asked);
    try (SourceSession opened = source.open();
        @Nullable DifferencesFile file = how.file().map(DifferencesFile::at).orElse(null)) {
      TableDescription withTimes =
          RestoredTimes.DEFAULT
              .leftAside()
              .extend(table, () -> opened.schema(table.keyspace(), table.name()));
      SourcePlan plan = opened.plan(withTimes, asked, settings.taskCount());
      ImportPreflight.requirePrimaryKey("comparison of", table, plan.columns());
      RowForm form = new RowForm(table, plan.columns());
      return new Comparison(
              this,
              session,
              threads,
              opened,
              plan,
              withTimes.select(plan.columns()),
              form,
              part,
              how.rowsInMemory(),
              new Findings(form, how, file, listener))
          .run();
    }
  }

  /** A running comparison. */
  private static final class Comparison {

    private final VerifyOperation operation;
    private final CqlSession session;
    private final Executor threads;
    private final SourceSession source;
    private final SourcePlan plan;
    private final List<ColumnDescription> columns;
    private final RowForm form;
    private final RowSelection part;
    private final long rowsInMemory;
    private final TokenRangeSet tokens;
    private final Findings findings;

    /**
     * @param columns the columns of the source's rows
     */
    Comparison(
        VerifyOperation operation,
        CqlSession session,
        Executor threads,
        SourceSession source,
        SourcePlan plan,
        List<ColumnDescription> columns,
        RowForm form,
        RowSelection part,
        long rowsInMemory,
        Findings findings) {
      this.operation = operation;
      this.session = session;
      this.threads = threads;
      this.source = source;
      this.plan = plan;
      this.columns = columns;
      this.form = form;
      this.part = part;
      this.rowsInMemory = rowsInMemory;
      this.tokens = part.tokens();
      this.findings = findings;
    }

    VerifyResult run() {
      try {
        RowSums sums = new RowSums();
        ReadResult read = readTable(part, row -> sums.add(row, 1));
        readSource(tokens, row -> sums.add(row, -1));
        List<Pass> passes = sums.passes(bytesInMemory(sums));
        int done = 0;
        while (done < passes.size() && !findings.isFull()) {
          search(passes.get(done));
          done++;
        }
        source.requireUnchanged();
        boolean isComplete = done == passes.size() && !findings.isLost();
        return findings.result(read, plan.location(), sums.sourceRows.sum(), isComplete);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OperationCancelledException(
            "The comparison of "
                + form.table
                + " was cancelled; it changes nothing, so that it can begin again",
            e);
      }
    }

    /** What the rows of a pass may take. */
    private long bytesInMemory(RowSums sums) {
      return rowsInMemory > 0
          ? rowsInMemory * sums.bytesOfARow()
          : Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    }

    /** Holds the rows of the source that belong to a pass, and compares those of the table. */
    private void search(Pass pass) throws InterruptedException {
      Map<ByteBuffer, byte[]> held = new ConcurrentHashMap<>();
      readSource(
          pass.tokens(),
          row -> {
            if (pass.has(row)) {
              byte[] copy = Arrays.copyOf(row.bytes, row.length);
              if (held.putIfAbsent(ByteBuffer.wrap(copy, 0, row.keyLength), copy) != null) {
                findings.add(Kind.REPEATED, copy, null);
              }
            }
          });
      readTable(
          part.only(pass.tokens()),
          row -> {
            if (pass.has(row)) {
              byte[] expected = held.remove(ByteBuffer.wrap(row.bytes, 0, row.keyLength));
              if (expected == null) {
                findings.add(Kind.EXTRA, null, row.bytes);
              } else if (!Arrays.equals(expected, 0, expected.length, row.bytes, 0, row.length)) {
                findings.add(Kind.DIFFERENT, expected, row.bytes);
              }
            }
          });
      held.values().forEach(row -> findings.add(Kind.MISSING, row, null));
    }

    private ReadResult readTable(RowSelection selected, Consumer<Encoder> action) {
      PageSink sink =
          page -> {
            Encoder encoder = new Encoder(form);
            for (Row row : page.rows()) {
              encoder.encode(row::getBytesUnsafe, form.inOrder);
              action.accept(encoder);
            }
          };
      return new ReadOperation(
              operation.settings(),
              selected,
              operation.sizing(),
              form.columns.stream()
                  .map(column -> CqlIdentifier.fromInternal(column.name()))
                  .toList(),
              operation.pageSize(),
              sink)
          .run(session, threads);
    }

    /** Passes the rows within the selected tokens to the action, on several threads. */
    private void readSource(TokenRangeSet part, Consumer<Encoder> action)
        throws InterruptedException {
      List<SourceTask> tasks = source.within(plan, part.intersect(tokens)).tasks();
      Queue<SourceTask> waiting = new ConcurrentLinkedQueue<>(tasks);
      int readers = Math.max(1, Math.min(tasks.size(), Runtime.getRuntime().availableProcessors()));
      new Workers(threads, readers)
          .run(
              () -> {
                Encoder encoder = new Encoder(form);
                for (SourceTask task = waiting.poll(); task != null; task = waiting.poll()) {
                  try (RowReader reader = source.open(plan, columns, task)) {
                    read(reader, encoder, action);
                  }
                }
              });
    }

    private void read(RowReader reader, Encoder encoder, Consumer<Encoder> action)
        throws InterruptedException {
      for (RawRow row = reader.next(); row != null; row = reader.next()) {
        encoder.encode(row, form.inSource);
        if (tokens.contains(encoder.token)) {
          action.accept(encoder);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }

  /** How a row is compared: its columns, those of the primary key first, each with its length. */
  static final class RowForm {

    private final TableDescription table;
    private final List<ColumnDescription> columns;

    /** Where the columns are in a row of the table. */
    private final int[] inOrder;

    /** Where the columns are in a row of the source. */
    final int[] inSource;

    /** Whether each column is a collection that is not frozen. */
    private final boolean[] isCollection;

    private final int keyColumns;
    private final RowKey key;

    /**
     * @param ofSource the names of the columns of the source
     */
    RowForm(TableDescription table, List<String> ofSource) {
      this.table = table;
      this.columns =
          Stream.concat(
                  table.primaryKey().stream(),
                  table.columns().stream()
                      .filter(column -> !column.isPrimaryKey() && ofSource.contains(column.name())))
              .toList();
      this.inOrder = IntStream.range(0, columns.size()).toArray();
      this.inSource =
          columns.stream().mapToInt(column -> ofSource.indexOf(column.name())).toArray();
      this.isCollection = new boolean[columns.size()];
      for (int i = 0; i < isCollection.length; i++) {
        DataType type = columns.get(i).type();
        isCollection[i] = CellTimeTypes.isMultiCell(type) && !(type instanceof UserDefinedType);
      }
      this.keyColumns = table.primaryKey().size();
      this.key = new RowKey(table, columns);
    }

    String key(byte[] row) {
      return key.text(values(row)::get);
    }

    /** The key of an encoded row, in memory of its own. */
    private ByteBuffer keyOf(byte[] row) {
      ByteBuffer all = ByteBuffer.wrap(row);
      for (int i = 0; i < keyColumns; i++) {
        int length = all.getInt();
        all.position(all.position() + Math.max(0, length));
      }
      return ByteBuffer.wrap(Arrays.copyOf(row, all.position()));
    }

    private long token(byte[] row) {
      return Murmur3.token(
          values(row).subList(0, table.partitionKey().size()).toArray(ByteBuffer[]::new));
    }

    /** The names of the columns with other values in two encoded rows with the same key. */
    List<String> differing(byte[] expected, byte[] actual) {
      List<@Nullable ByteBuffer> one = values(expected);
      List<@Nullable ByteBuffer> other = values(actual);
      return IntStream.range(0, columns.size())
          .filter(i -> !Objects.equals(one.get(i), other.get(i)))
          .mapToObj(i -> columns.get(i).name())
          .toList();
    }

    /** The names of the columns for which only the second of two rows has a value. */
    private List<String> lacking(byte[] expected, byte[] actual) {
      List<@Nullable ByteBuffer> one = values(expected);
      List<@Nullable ByteBuffer> other = values(actual);
      return IntStream.range(0, columns.size())
          .filter(i -> one.get(i) == null && other.get(i) != null)
          .mapToObj(i -> columns.get(i).name())
          .toList();
    }

    /** The values of an encoded row as CQL literals, without those of the primary key. */
    Map<String, String> literals(byte[] row) {
      List<@Nullable ByteBuffer> values = values(row);
      Map<String, String> literals = new LinkedHashMap<>();
      for (int i = keyColumns; i < columns.size(); i++) {
        ColumnDescription column = columns.get(i);
        literals.put(column.name(), CqlLiteral.of(column.type(), values.get(i)));
      }
      return literals;
    }

    private List<@Nullable ByteBuffer> values(byte[] row) {
      return values(ByteBuffer.wrap(row), columns.size());
    }

    /** The first values of a row whose bytes were encoded. */
    static List<@Nullable ByteBuffer> values(ByteBuffer row, int count) {
      ByteBuffer left = row.duplicate();
      List<@Nullable ByteBuffer> values = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int length = left.getInt();
        values.add(length < 0 ? null : left.slice(left.position(), length));
        left.position(left.position() + Math.max(0, length));
      }
      return values;
    }
  }

  /** Encodes one row after the other. Used by one thread. */
  static final class Encoder {

    private final RowForm form;
    private final ByteBuffer[] partitionKey;
    private final CRC32C crc = new CRC32C();
    private byte[] bytes = new byte[1_024];
    private int length;
    private int keyLength;
    private long token;

    Encoder(RowForm form) {
      this.form = form;
      this.partitionKey = new ByteBuffer[form.table.partitionKey().size()];
    }

    void encode(RawRow row, int[] places) {
      encode(row, places, places.length);
    }

    /** The key of a row, valid until the next row. */
    ByteBuffer key(RawRow row, int[] places) {
      encode(row, places, form.keyColumns);
      return ByteBuffer.wrap(bytes, 0, keyLength);
    }

    private void encode(RawRow row, int[] places, int count) {
      length = 0;
      for (int i = 0; i < count; i++) {
        ByteBuffer value = row.bytes(places[i]);
        if (value != null && form.isCollection[i] && value.getInt(value.position()) == 0) {
          // Cassandra does not keep an empty collection that is not frozen: it reads as null.
          value = null;
        }
        if (i < partitionKey.length) {
          if (value == null) {
            String name = form.columns.get(i).name();
            throw new UnrepresentableValueException(
                name,
                String.format(
                    "A row to compare with %s has no value for %s of its partition key",
                    form.table, TableDescription.quote(name)));
          }
          partitionKey[i] = value;
        }
        append(value);
        if (i + 1 == form.keyColumns) {
          keyLength = length;
        }
      }
      token = Murmur3.token(partitionKey);
    }

    private void append(@Nullable ByteBuffer value) {
      int size = value == null ? 0 : value.remaining();
      if (bytes.length - length < Integer.BYTES + size) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + Integer.BYTES + size));
      }
      ByteBuffer out = ByteBuffer.wrap(bytes, length, Integer.BYTES + size);
      out.putInt(value == null ? -1 : size);
      if (value != null) {
        out.put(value.duplicate());
      }
      length = out.position();
    }

    long hash() {
      return Murmur3.token(ByteBuffer.wrap(bytes, 0, length));
    }

    long keyHash() {
      return Murmur3.token(ByteBuffer.wrap(bytes, 0, keyLength));
    }

    /** A second hash of another kind, so that the sums of two different sets of rows differ. */
    long checksum() {
      crc.reset();
      crc.update(bytes, 0, length);
      return crc.getValue();
    }
  }

  /**
   * Sums over the rows of each bucket, a range of tokens: those of the table are added and those of
   * the source subtracted, in any order. Thread-safe.
   */
  static final class RowSums {

    private static final int BUCKETS = 1 << 16;

    private final AtomicLongArray rows = new AtomicLongArray(BUCKETS);
    private final AtomicLongArray hashes = new AtomicLongArray(BUCKETS);
    private final AtomicLongArray checksums = new AtomicLongArray(BUCKETS);

    /** What the rows of the source take in memory. */
    private final AtomicLongArray sourceBytes = new AtomicLongArray(BUCKETS);

    private final LongAdder sourceRows = new LongAdder();

    static int bucket(long token) {
      return (int) ((token >> 48) + BUCKETS / 2);
    }

    /** The tokens of a bucket. */
    static TokenRange range(int bucket) {
      long first = ((long) bucket - BUCKETS / 2) << 48;
      // No row has the smallest token.
      return new TokenRange(first == Long.MIN_VALUE ? first : first - 1, first + ((1L << 48) - 1));
    }

    /**
     * Adds a row.
     *
     * @param sign 1 for a row of the table, -1 for one of the source
     */
    private void add(Encoder row, int sign) {
      int bucket = bucket(row.token);
      rows.addAndGet(bucket, sign);
      hashes.addAndGet(bucket, sign * row.hash());
      checksums.addAndGet(bucket, sign * row.checksum());
      if (sign < 0) {
        sourceBytes.addAndGet(bucket, ROW_OVERHEAD + row.length);
        sourceRows.increment();
      }
    }

    /** The average of the source. */
    private long bytesOfARow() {
      long bytes = IntStream.range(0, BUCKETS).mapToLong(sourceBytes::get).sum();
      return Math.max(1, bytes / Math.max(1, sourceRows.sum()));
    }

    private boolean differs(int bucket) {
      return rows.get(bucket) != 0 || hashes.get(bucket) != 0 || checksums.get(bucket) != 0;
    }

    /**
     * Divides the buckets that differ into passes.
     *
     * @param most what the rows of the source in a pass may take, in bytes
     */
    private List<Pass> passes(long most) {
      List<Pass> passes = new ArrayList<>();
      BitSet together = new BitSet(BUCKETS);
      long held = 0;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        if (!differs(bucket)) {
          continue;
        }
        long bytes = sourceBytes.get(bucket);
        if (bytes > most) {
          BitSet alone = new BitSet(BUCKETS);
          alone.set(bucket);
          long slices = (bytes + most - 1) / most;
          LongStream.range(0, slices).forEach(slice -> passes.add(new Pass(alone, slice, slices)));
          continue;
        }
        if (held + bytes > most) {
          passes.add(new Pass(together, 0, 1));
          together = new BitSet(BUCKETS);
          held = 0;
        }
        together.set(bucket);
        held += bytes;
      }
      if (!together.isEmpty()) {
        passes.add(new Pass(together, 0, 1));
      }
      return passes;
    }
  }

  /**
   * Rows that are compared together.
   *
   * @param buckets their ranges of tokens
   * @param slice of a bucket with more rows than fit into memory, the part by the hash of the key
   * @param slices the number of parts, 1 for whole buckets
   */
  record Pass(BitSet buckets, long slice, long slices) {

    boolean has(Encoder row) {
      return buckets.get(RowSums.bucket(row.token))
          && (slices == 1 || Math.floorMod(row.keyHash(), slices) == slice);
    }

    TokenRangeSet tokens() {
      return TokenRangeSet.of(buckets.stream().mapToObj(RowSums::range).toList());
    }
  }

  /** The differences found: all are counted and written to the file, the first are kept. */
  private static final class Findings {

    private final RowForm form;
    private final Search how;
    private final @Nullable DifferencesFile file;
    private final @Nullable Listener listener;
    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
    private final List<Difference> kept = new ArrayList<>();

    Findings(
        RowForm form, Search how, @Nullable DifferencesFile file, @Nullable Listener listener) {
      this.form = form;
      this.how = how;
      this.file = file;
      this.listener = listener;
      for (Kind kind : Kind.values()) {
        counts.put(kind, new LongAdder());
      }
    }

    /**
     * Adds a difference. Thread-safe.
     *
     * @param expected the row of the source, if it has one
     * @param actual the row of the table, if it has one
     */
    void add(Kind kind, byte @Nullable [] expected, byte @Nullable [] actual) {
      if (kind == Kind.EXTRA && how.ignoresExtra()) {
        return;
      }
      count(kind).increment();
      byte[] row = expected == null ? Objects.requireNonNull(actual) : expected;
      synchronized (kept) {
        if (listener != null) {
          listener.found(
              kind,
              form.keyOf(row),
              form.token(row),
              expected == null || actual == null ? List.of() : form.lacking(expected, actual));
        }
        if (kept.size() >= how.most() && file == null) {
          return;
        }
        Difference difference =
            new Difference(
                kind,
                form.key(row),
                expected == null || actual == null ? List.of() : form.differing(expected, actual));
        if (kept.size() < how.most()) {
          kept.add(difference);
        }
        if (file != null) {
          file.add(
              difference,
              expected == null ? Map.of() : form.literals(expected),
              actual == null ? Map.of() : form.literals(actual));
        }
      }
    }

    private LongAdder count(Kind kind) {
      return Objects.requireNonNull(counts.get(kind));
    }

    boolean isFull() {
      if (listener != null) {
        return listener.isFull();
      }
      return file == null && counts.values().stream().mapToLong(LongAdder::sum).sum() > how.most();
    }

    /** Whether a listener had no room for some of the differences. */
    boolean isLost() {
      return listener != null && listener.isFull();
    }

    VerifyResult result(ReadResult read, String location, long sourceRows, boolean isComplete) {
      kept.sort(Comparator.comparing(Difference::kind).thenComparing(Difference::key));
      return new VerifyResult(
          read.totals(),
          location,
          sourceRows,
          count(Kind.MISSING).sum(),
          count(Kind.EXTRA).sum(),
          count(Kind.DIFFERENT).sum(),
          count(Kind.REPEATED).sum(),
          isComplete,
          kept);
    }
  }
}
