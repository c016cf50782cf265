package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ReadResult;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.mapping.MappedSource;
import io.ringhaul.internal.operation.ComparedRows.Encoder;
import io.ringhaul.internal.write.CellTimeNames;
import io.ringhaul.internal.write.CellTimeSelection;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.ExportedRows;
import io.ringhaul.internal.write.RestoredTimes;
import io.ringhaul.internal.write.TimedValue;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.table.TableSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with a source: checksums of both first, then the rows of the ranges of tokens
 * whose checksums differ.
 *
 * @param sizing the number of tasks of a read unless it is set
 * @param pageSize rows in a page; 0 to adapt it
 * @param columnNames the columns to compare; empty for all that both have
 * @param rules when rows are equal
 */
public record VerifyOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    int pageSize,
    ImportSource source,
    List<CqlIdentifier> columnNames,
    Rules rules,
    Search search)
    implements BulkOperation<VerifyResult> {

  /**
   * When rows are equal.
   *
   * @param cellTimes whether the times of their cells must be equal too
   * @param writtenBefore rows with a cell written at this time or later are no differences, in
   *     microseconds since the epoch; empty for none
   * @param tolerances differences of values that do not count
   */
  public record Rules(boolean cellTimes, OptionalLong writtenBefore, Set<Tolerance> tolerances) {}

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
     * @param expected the encoded row of the source, if it has one
     * @param actual the encoded row of the table, if it has one
     * @param asRead the row of the table with the values that were read, if it has one; valid
     *     during the call
     */
    void found(
        Kind kind,
        ComparedRows rows,
        byte @Nullable [] expected,
        byte @Nullable [] actual,
        @Nullable RawRow asRead);

    /** Whether the search ends before the next pass. */
    boolean isFull();

    /** Called after each pass: the differences in its ranges of tokens are found. */
    default void searched() {}

    /**
     * Called often, by several threads, to let the comparison end early.
     *
     * @throws io.ringhaul.exceptions.BulkOperationException if it is to end
     */
    default void requireWanted() {}
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
    boolean readsTimesLater = rules.writtenBefore().isPresent();
    try (SourceSession opened = (rules.cellTimes() ? source : withoutTimes(source)).open();
        @Nullable SourceSession again = readsTimesLater ? source.open() : null;
        @Nullable DifferencesFile file = how.file().map(DifferencesFile::at).orElse(null)) {
      View all =
          View.of(this, session, table, opened, rules.cellTimes() ? Times.COMPARED : Times.NONE);
      View some = again == null ? all : View.of(this, session, table, again, Times.ALL);
      return new Comparison(
              this,
              session,
              threads,
              all,
              some,
              part,
              how,
              new Findings(some.rows, rules.cellTimes(), how, file, listener))
          .run();
    }
  }

  /** The source without the times of its cells, if these can be left out. */
  static ImportSource withoutTimes(ImportSource source) {
    if (source instanceof MappedSource mapped) {
      return new MappedSource(withoutTimes(mapped.source()), mapped.mapping(), mapped.times());
    }
    return source instanceof TableSource table ? table.ignoreCellTimes() : source;
  }

  /** Whether a source is a table of a cluster. */
  static boolean isTable(ImportSource source) {
    return source instanceof TableSource
        || (source instanceof MappedSource mapped && isTable(mapped.source()));
  }

  /** The times of cells that are read. */
  private enum Times {
    NONE,
    /** Those that the source has. */
    COMPARED,
    /** All of the table, and those that the source has. */
    ALL
  }

  /**
   * What is read of both sides.
   *
   * @param columns the columns of the source's rows
   */
  private record View(
      SourceSession source,
      SourcePlan plan,
      List<ColumnDescription> columns,
      ComparedRows rows,
      ComparedRows.Side ofSource,
      CellTimes times,
      ExportedRows selected,
      ComparedRows.Side ofTable) {

    /** The names of the times of the table, which cannot be those of its columns. */
    private static final CellTimeNames OF_TABLE =
        new CellTimeNames("WRITETIME(%s)", "TTL(%s)", "toTimestamp(now())");

    static View of(
        VerifyOperation operation,
        CqlSession session,
        TableDescription table,
        SourceSession source,
        Times which) {
      List<String> asked = operation.columnNames.stream().map(CqlIdentifier::asInternal).toList();
      ImportPreflight.requirePrimaryKey("comparison of", table, asked);
      TableDescription withTimes =
          RestoredTimes.DEFAULT
              .leftAside()
              .extend(table, () -> source.schema(table.keyspace(), table.name()));
      List<String> wanted =
          which == Times.NONE || isTable(operation.source)
              ? asked
              : withTimes(source, withTimes, asked, CellTimeNames.DEFAULT);
      SourcePlan plan = source.plan(withTimes, wanted, operation.settings.taskCount());
      ImportPreflight.requirePrimaryKey("comparison of", table, plan.columns());
      List<ColumnDescription> columns = withTimes.select(plan.columns());
      ComparedRows rows =
          new ComparedRows(
              table,
              plan.columns(),
              which != Times.NONE,
              operation.rules.tolerances(),
              source.fixedScales(plan));
      ComparedRows.Side ofSource = rows.side(CellTimeNames.DEFAULT, columns);
      CellTimes times =
          which == Times.NONE
              ? CellTimes.NONE
              : operation.times(which, rows, ofSource.times(), plan.location());
      ExportedRows selected;
      try {
        selected = CellTimeSelection.of(session, times, table, rows.columns());
      } catch (UnsupportedClusterException e) {
        throw e.withNote(
            "compare other "
                + Setting.COLUMNS.mark()
                + ", or compare without "
                + settingOfTimes(which).mark());
      }
      return new View(
          source,
          plan,
          columns,
          rows,
          ofSource,
          times,
          selected,
          rows.side(OF_TABLE, selected.columns()));
    }
  }

  /**
   * The names of columns with those of their times that a source has.
   *
   * @param table the table with the columns of times
   * @param columns empty for all
   */
  static List<String> withTimes(
      SourceSession source, TableDescription table, List<String> columns, CellTimeNames names) {
    if (columns.isEmpty()) {
      return columns;
    }
    List<String> has =
        source
            .schema(table.keyspace(), table.name())
            .map(schema -> schema.columns().stream().map(TableSchema.Column::name).toList())
            .orElseGet(() -> source.plan(table, List.of(), OptionalInt.empty()).columns());
    Stream<String> times =
        columns.stream()
            .flatMap(column -> Stream.of(names.writetimeOf(column), names.ttlOf(column)));
    return Stream.concat(
            columns.stream(), Stream.concat(times, Stream.of(names.readAt())).filter(has::contains))
        .distinct()
        .toList();
  }

  private static Setting settingOfTimes(Times which) {
    return which == Times.ALL ? Setting.WRITTEN_BEFORE : Setting.COMPARE_CELL_TIMES;
  }

  /**
   * The times of the table to read.
   *
   * @param has the times that the source has
   * @throws InvalidSettingException if the table or the source has no times
   */
  private CellTimes times(Times which, ComparedRows rows, TimedValue.Reader has, String location) {
    Setting setting = settingOfTimes(which);
    List<CqlIdentifier> all =
        identifiers(
            rows.columns().stream().filter(CellTimeTypes::haveTimes).map(ColumnDescription::name));
    if (all.isEmpty()) {
      throw new UnsuitableTableException(
          rows.table().toString(),
          String.format(
              "No compared column of %s has a write time: keys have none, and those of counters"
                  + " mean nothing. Compare without %s",
              rows.table(), setting.mark()));
    }
    boolean hasNone = has.withWritetime().isEmpty() && has.withTtl().isEmpty();
    if (hasNone && (which == Times.COMPARED || isTable(source))) {
      throw new InvalidSettingException(
          setting.method(),
          setting.mark()
              + (isTable(source)
                  ? " needs the write times and TTLs of the source "
                      + location
                      + "; leave out "
                      + Setting.IGNORE_CELL_TIMES.call()
                      + " there"
                  : " needs write times or TTLs of the source, and "
                      + location
                      + " has none; export it with them, or leave out "
                      + setting.mark()));
    }
    if (!has.withTtl().isEmpty() && !has.hasReadAt()) {
      throw new InvalidSettingException(
          setting.method(),
          String.format(
              "%s needs to know when the TTLs of %s were read, and it has no column %s",
              setting.mark(), location, CellTimeNames.DEFAULT.readAt()));
    }
    List<CqlIdentifier> written =
        which == Times.ALL ? all : identifiers(has.withWritetime().stream());
    List<CqlIdentifier> expiring = which == Times.ALL ? all : identifiers(has.withTtl().stream());
    CellTimes times = CellTimes.NONE.named(View.OF_TABLE);
    times = written.isEmpty() ? times : times.withWritetimes(written);
    return expiring.isEmpty() ? times : times.withTtls(expiring);
  }

  private static List<CqlIdentifier> identifiers(Stream<String> names) {
    return names.map(CqlIdentifier::fromInternal).toList();
  }

  /** A running comparison. */
  private static final class Comparison {

    private final VerifyOperation operation;
    private final CqlSession session;
    private final Executor threads;

    /** The first read of all rows. */
    private final View all;

    /** The second read of the rows in ranges that differ. */
    private final View some;

    private final RowSelection part;
    private final long rowsInMemory;
    private final TokenRangeSet tokens;
    private final Findings findings;
    private final long begun = now();

    Comparison(
        VerifyOperation operation,
        CqlSession session,
        Executor threads,
        View all,
        View some,
        RowSelection part,
        Search how,
        Findings findings) {
      this.operation = operation;
      this.session = session;
      this.threads = threads;
      this.all = all;
      this.some = some;
      this.part = part;
      this.rowsInMemory = how.rowsInMemory();
      this.tokens = part.tokens();
      this.findings = findings;
    }

    private static long now() {
      return Instant.now().getEpochSecond();
    }

    VerifyResult run() {
      try {
        boolean readsTimesLater = operation.rules.writtenBefore().isPresent();
        RowSums sums = new RowSums(readsTimesLater ? some.rows().bytesOfTimes() : 0);
        ReadResult read = readTable(all, part, row -> sums.add(row, begun, 1));
        readSource(all, tokens, row -> sums.add(row, begun, -1));
        List<Pass> passes = sums.passes(bytesInMemory(sums));
        int done = 0;
        while (done < passes.size() && !findings.isFull()) {
          search(passes.get(done));
          findings.searched();
          done++;
        }
        some.source().requireUnchanged();
        all.source().requireUnchanged();
        boolean isComplete = done == passes.size() && !findings.isLost();
        return findings.result(read, all.plan().location(), sums.sourceRows.sum(), isComplete);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OperationCancelledException(
            "The comparison of "
                + all.rows().table()
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
          some,
          pass.tokens(),
          row -> {
            if (pass.has(row)) {
              byte[] copy = row.row();
              if (held.putIfAbsent(ByteBuffer.wrap(copy, 0, row.keyLength()), copy) != null) {
                findings.add(Kind.REPEATED, copy, null, null);
              }
            }
          });
      readTable(
          some,
          part.only(pass.tokens()),
          row -> {
            if (pass.has(row)) {
              byte[] expected = held.remove(row.key());
              if (expected == null) {
                compare(null, row.row(), row.asRead());
              } else if (!row.isEqualTo(expected)) {
                compare(expected, row.row(), row.asRead());
              }
            }
          });
      held.values().forEach(row -> compare(row, null, null));
    }

    /**
     * Compares the rows of a key whose bytes are not equal.
     *
     * @param expected the row of the source, if it has one
     * @param actual the row of the table, if it has one
     * @param asRead the row of the table with the values that were read
     */
    private void compare(
        byte @Nullable [] expected, byte @Nullable [] actual, @Nullable RawRow asRead) {
      ComparedRows rows = some.rows();
      // What expired since one side was read has no value on the other side.
      byte[] source = expected == null ? null : rows.after(expected, now());
      byte[] table = actual == null ? null : rows.after(actual, now());
      boolean isEqual;
      if (source == null) {
        byte[] only = Objects.requireNonNull(table);
        isEqual = rows.isGone(Objects.requireNonNull(actual), only);
      } else if (table == null) {
        isEqual = rows.isGone(Objects.requireNonNull(expected), source);
      } else {
        isEqual =
            rows.differing(source, table).isEmpty()
                && (!operation.rules.cellTimes() || rows.differingCells(source, table).isEmpty());
      }
      if (isEqual) {
        return;
      }
      Kind kind = source == null ? Kind.EXTRA : table == null ? Kind.MISSING : Kind.DIFFERENT;
      if (isNewer(source) || isNewer(table)) {
        findings.leaveAside(kind);
      } else {
        findings.add(kind, source, table, asRead);
      }
    }

    private boolean isNewer(byte @Nullable [] row) {
      OptionalLong moment = operation.rules.writtenBefore();
      return row != null
          && moment.isPresent()
          && some.rows().isWrittenSince(row, moment.getAsLong());
    }

    private ReadResult readTable(View view, RowSelection selected, Consumer<Encoder> action) {
      PageSink sink =
          page -> {
            findings.requireWanted();
            Encoder encoder = new Encoder(view.rows());
            for (Row row : page.rows()) {
              encoder.encode(
                  Objects.requireNonNull(view.selected().of(row), "no row is left out"),
                  view.ofTable());
              action.accept(encoder);
            }
          };
      return new ReadOperation(
              operation.settings(),
              selected,
              operation.sizing(),
              identifiers(view.rows().columns().stream().map(ColumnDescription::name)),
              operation.pageSize(),
              view.times(),
              sink)
          .run(session, threads);
    }

    /** Passes the rows within the selected tokens to the action, on several threads. */
    private void readSource(View view, TokenRangeSet selected, Consumer<Encoder> action)
        throws InterruptedException {
      List<SourceTask> tasks =
          view.source().within(view.plan(), selected.intersect(tokens)).tasks();
      Queue<SourceTask> waiting = new ConcurrentLinkedQueue<>(tasks);
      int readers = Math.max(1, Math.min(tasks.size(), Runtime.getRuntime().availableProcessors()));
      new Workers(threads, readers)
          .run(
              () -> {
                Encoder encoder = new Encoder(view.rows());
                for (SourceTask task = waiting.poll(); task != null; task = waiting.poll()) {
                  try (RowReader reader = view.source().open(view.plan(), view.columns(), task)) {
                    read(reader, view.ofSource(), encoder, action);
                  }
                }
              });
    }

    private void read(
        RowReader reader, ComparedRows.Side side, Encoder encoder, Consumer<Encoder> action)
        throws InterruptedException {
      for (RawRow row = reader.next(); row != null; row = reader.next()) {
        encoder.encode(row, side);
        if (tokens.contains(encoder.token())) {
          action.accept(encoder);
        }
        findings.requireWanted();
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
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
    private final long bytesLater;

    /**
     * @param bytesLater what a row of the source takes more when it is read again
     */
    RowSums(long bytesLater) {
      this.bytesLater = bytesLater;
    }

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
     * Adds a row as it is after a moment, in seconds since the epoch. A row of which nothing is
     * left then is counted only.
     *
     * @param sign 1 for a row of the table, -1 for one of the source
     */
    private void add(Encoder row, long moment, int sign) {
      int bucket = bucket(row.token());
      if (sign < 0) {
        sourceBytes.addAndGet(bucket, ROW_OVERHEAD + row.length() + bytesLater);
        sourceRows.increment();
      }
      row.leaveOutExpired(moment);
      if (!row.isGone()) {
        rows.addAndGet(bucket, sign);
        hashes.addAndGet(bucket, sign * row.hash());
        checksums.addAndGet(bucket, sign * row.checksum());
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
      return buckets.get(RowSums.bucket(row.token()))
          && (slices == 1 || Math.floorMod(row.keyHash(), slices) == slice);
    }

    TokenRangeSet tokens() {
      return TokenRangeSet.of(buckets.stream().mapToObj(RowSums::range).toList());
    }
  }

  /** The differences found: all are counted and written to the file, the first are kept. */
  private static final class Findings {

    private final ComparedRows rows;
    private final Search how;
    private final boolean comparesTimes;
    private final @Nullable DifferencesFile file;
    private final @Nullable Listener listener;
    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
    private final List<Difference> kept = new ArrayList<>();

    /** Rows that differ and are left aside because they were written since. */
    private final LongAdder newer = new LongAdder();

    Findings(
        ComparedRows rows,
        boolean comparesTimes,
        Search how,
        @Nullable DifferencesFile file,
        @Nullable Listener listener) {
      this.rows = rows;
      this.comparesTimes = comparesTimes;
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
     * @param asRead the row of the table with the values that were read
     */
    void add(
        Kind kind, byte @Nullable [] expected, byte @Nullable [] actual, @Nullable RawRow asRead) {
      if (kind == Kind.EXTRA && how.ignoresExtra()) {
        return;
      }
      count(kind).increment();
      byte[] row = expected == null ? Objects.requireNonNull(actual) : expected;
      synchronized (kept) {
        if (listener != null) {
          listener.found(kind, rows, expected, actual, asRead);
        }
        if (kept.size() >= how.most() && file == null) {
          return;
        }
        Difference difference =
            new Difference(
                kind,
                rows.key(row),
                expected == null || actual == null ? List.of() : rows.differing(expected, actual),
                !comparesTimes || expected == null || actual == null
                    ? List.of()
                    : rows.differingCells(expected, actual));
        if (kept.size() < how.most()) {
          kept.add(difference);
        }
        if (file != null) {
          file.add(
              difference,
              expected == null ? Map.of() : rows.literals(expected),
              actual == null ? Map.of() : rows.literals(actual));
        }
      }
    }

    /** Counts a difference of a row that was written since. Thread-safe. */
    void leaveAside(Kind kind) {
      if (kind != Kind.EXTRA || !how.ignoresExtra()) {
        newer.increment();
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

    void searched() {
      if (listener != null) {
        synchronized (kept) {
          listener.searched();
        }
      }
    }

    void requireWanted() {
      if (listener != null) {
        listener.requireWanted();
      }
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
          newer.sum(),
          isComplete,
          kept);
    }
  }
}
