package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.type.ListType;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.parquet.FieldNames;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.write.BoundRow;
import io.ringhaul.internal.write.CounterStatements;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.NullHandling;
import io.ringhaul.internal.write.PartitionWriter;
import io.ringhaul.internal.write.RestoredTimes;
import io.ringhaul.internal.write.RowBinder;
import io.ringhaul.internal.write.RowBinders;
import io.ringhaul.internal.write.RowTimes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.spark.DataSourceOptions.Option;
import io.ringhaul.spark.DataSourceOptions.RowTime;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a data frame to a table. Each attempt of a task writes its rows at once: Cassandra has no
 * commit. All attempts write the cells with one write time, that of the write's begin, so that an
 * attempt that Spark repeats or has given up changes nothing that others have written since.
 *
 * @param columns the columns to write, in the order of a row's values; the times of rows at the end
 * @param fields the position in the data frame of each column; -1 for a constant
 * @param id identifies the write
 * @param truncates whether the table is emptied first
 */
record SparkWrite(
    SparkTable table,
    StructType schema,
    List<ColumnDescription> columns,
    List<Integer> fields,
    String id,
    boolean truncates)
    implements Write, BatchWrite {

  private static final Logger LOG = LoggerFactory.getLogger(SparkWrite.class);

  private static final int CONSTANT = -1;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 10;

  /**
   * Checks the columns of the data frame.
   *
   * @throws InvalidSettingException if rows of the data frame cannot be written to the table
   */
  static WriteBuilder builder(SparkTable table, LogicalWriteInfo info) {
    return new Builder(of(table, info.schema(), info.queryId()));
  }

  private record Builder(SparkWrite write) implements WriteBuilder, SupportsTruncate {

    @Override
    public WriteBuilder truncate() {
      if (!write.table.options().isSet(Option.CONFIRM_TRUNCATE)) {
        throw new InvalidSettingException(
            Option.CONFIRM_TRUNCATE.toString(),
            String.format(
                "The mode overwrite deletes all rows of %s: confirm it with the option %s=true, or"
                    + " use the mode append, in which rows with the same key are replaced",
                write.table.name(), Option.CONFIRM_TRUNCATE));
      }
      return new Builder(
          new SparkWrite(write.table, write.schema, write.columns, write.fields, write.id, true));
    }

    @Override
    public Write build() {
      return write;
    }
  }

  private static SparkWrite of(SparkTable table, StructType schema, String id) {
    DataSourceOptions options = table.options();
    TableDescription description = table.description();
    Map<String, Integer> positions = new HashMap<>();
    List<String> names = List.of(schema.fieldNames());
    options.ttl().ifPresent(time -> take(Option.TTL, time, names, positions));
    options.timestamp().ifPresent(time -> take(Option.TIMESTAMP, time, names, positions));
    List<String> others =
        names.stream().filter(name -> !positions.containsValue(names.indexOf(name))).toList();
    FieldNames matched =
        FieldNames.match(
            others, description.columns().stream().map(ColumnDescription::name).toList());
    for (String name : others) {
      if (matched.column(name).isEmpty()) {
        throw refused(
            String.format(
                "The data frame has a column %s, and table %s has none of that name; it has %s",
                name,
                description,
                String.join(
                    ", ", description.columns().stream().map(ColumnDescription::name).toList())));
      }
    }
    List<ColumnDescription> columns = new ArrayList<>();
    List<Integer> fields = new ArrayList<>();
    for (ColumnDescription column : description.columns()) {
      String field = matched.fields().get(column.name());
      if (field != null) {
        columns.add(column);
        fields.add(names.indexOf(field));
      }
    }
    requireKey(description, columns);
    requireCounters(description, columns, options);
    times(description, columns, positions)
        .forEach(
            (column, position) -> {
              columns.add(column);
              fields.add(position);
            });
    SparkWrite write =
        new SparkWrite(table, schema, List.copyOf(columns), List.copyOf(fields), id, false);
    // Types are checked here, and again where they are used.
    Task.encoders(columns, fields, schema, options.values());
    return write;
  }

  private static InvalidSettingException refused(String message) {
    return new InvalidSettingException(Option.TABLE.toString(), message);
  }

  private static void take(
      Option option, RowTime time, List<String> names, Map<String, Integer> positions) {
    if (time.value().isPresent()) {
      positions.put(option.toString(), CONSTANT);
      return;
    }
    int position = names.indexOf(time.column());
    if (position < 0) {
      throw new InvalidSettingException(
          option.toString(),
          String.format(
              "Option %s is %s, which is neither a number nor a column of the data frame; it has"
                  + " %s",
              option, time.column(), String.join(", ", names)));
    }
    positions.put(option.toString(), position);
  }

  private static void requireKey(TableDescription table, List<ColumnDescription> columns) {
    boolean staticsOnly =
        table.hasStatics()
            && columns.stream()
                .allMatch(each -> each.kind() == Kind.PARTITION_KEY || each.kind() == Kind.STATIC);
    List<String> missing =
        table.primaryKey().stream()
            .filter(column -> !columns.contains(column))
            .filter(column -> !staticsOnly || column.kind() == Kind.PARTITION_KEY)
            .map(ColumnDescription::name)
            .toList();
    if (!missing.isEmpty()) {
      throw refused(
          String.format(
              "The data frame lacks %s of the primary key of table %s: add the columns, which each"
                  + " row needs",
              String.join(", ", missing), table));
    }
  }

  private static void requireCounters(
      TableDescription table, List<ColumnDescription> columns, DataSourceOptions options) {
    if (!table.isCounterTable()) {
      return;
    }
    if (!options.isSet(Option.ADD_TO_COUNTERS)) {
      throw new InvalidSettingException(
          Option.ADD_TO_COUNTERS.toString(),
          String.format(
              "Table %s has counters, and a write can only add to them: set the option %s=true if"
                  + " the sums are what you want",
              table, Option.ADD_TO_COUNTERS));
    }
    for (Option option : List.of(Option.TTL, Option.TIMESTAMP)) {
      if (options.value(option).isPresent()) {
        throw new InvalidSettingException(
            option.toString(),
            String.format("Counters have no %s: leave the option out for %s", option, table));
      }
    }
    if (!options.isSet(Option.IGNORE_NULLS, true)) {
      throw new InvalidSettingException(
          Option.IGNORE_NULLS.toString(),
          String.format("A counter cannot become null: leave %s out", Option.IGNORE_NULLS));
    }
    CounterStatements.requireCounters(table, columns);
    List<String> statics =
        columns.stream()
            .filter(column -> column.kind() == Kind.STATIC)
            .map(ColumnDescription::name)
            .toList();
    if (!statics.isEmpty()) {
      throw refused(
          String.format(
              "Each row of a partition would add to the static counters %s of %s: leave these"
                  + " columns out",
              String.join(", ", statics), table));
    }
  }

  /** Returns the columns for the times of rows with their positions. */
  private static Map<ColumnDescription, Integer> times(
      TableDescription table, List<ColumnDescription> columns, Map<String, Integer> positions) {
    Map<ColumnDescription, Integer> times = new LinkedHashMap<>();
    Integer ttl = positions.get(Option.TTL.toString());
    if (ttl != null) {
      times.put(RowTimes.COLUMNS.get(0), ttl);
    }
    Optional<ColumnDescription> list =
        columns.stream()
            .filter(column -> column.type() instanceof ListType type && !type.isFrozen())
            .findFirst();
    Integer timestamp = positions.get(Option.TIMESTAMP.toString());
    if (timestamp != null && list.isPresent()) {
      throw new InvalidSettingException(
          Option.TIMESTAMP.toString(),
          String.format(
              "Column %s of %s is a list that is not frozen: with a set write time it would have"
                  + " its elements twice when Spark repeats a task; leave the option or the column"
                  + " out",
              CqlIdentifier.fromInternal(list.get().name()).asCql(true), table));
    }
    if (timestamp != null) {
      times.put(RowTimes.COLUMNS.get(1), timestamp);
    } else if (list.isEmpty() && !table.isCounterTable()) {
      times.put(RowTimes.COLUMNS.get(1), CONSTANT);
    }
    return times;
  }

  @Override
  public String description() {
    return table.name();
  }

  @Override
  public BatchWrite toBatch() {
    return this;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return new CustomMetric[] {new WrittenRows(), new WrittenBytes(), new RejectedRows()};
  }

  /** Rows that the cluster has acknowledged. Spark creates it by name. */
  public static final class WrittenRows extends CustomSumMetric {

    /** Called by Spark. */
    public WrittenRows() {}

    @Override
    public String name() {
      return "rowsWritten";
    }

    @Override
    public String description() {
      return "rows written to Cassandra";
    }
  }

  /** The bytes of the values of these rows. Spark creates it by name. */
  public static final class WrittenBytes extends CustomSumMetric {

    /** Called by Spark. */
    public WrittenBytes() {}

    @Override
    public String name() {
      return "bytesWritten";
    }

    @Override
    public String description() {
      return "bytes of values written to Cassandra";
    }
  }

  /** Rows that were left out. Spark creates it by name. */
  public static final class RejectedRows extends CustomSumMetric {

    /** Called by Spark. */
    public RejectedRows() {}

    @Override
    public String name() {
      return "rowsRejected";
    }

    @Override
    public String description() {
      return "rows rejected";
    }
  }

  private record Value(String name, long value) implements CustomTaskMetric {}

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    DataSourceOptions options = table.options();
    CqlSession session = Sessions.lease(table.source());
    try {
      TableDescription now = options.lookUp(session, List.of());
      if (now.isCounterTable()) {
        SparkTask.requireNoSpeculation();
      }
      new TableLookup(session).writable(options.keyspace(), options.table());
      if (truncates) {
        session.execute(
            SimpleStatement.newInstance("TRUNCATE " + table.description().cql())
                .setTimeout(TIMEOUT));
      }
    } finally {
      Sessions.giveBack(table.source().id());
    }
    return new Task(
        options,
        table.source(),
        columns.stream().map(ColumnDescription::name).toList(),
        fields,
        schema,
        id,
        options.ttl().map(RowTime::value).orElse(OptionalLong.empty()).orElse(0),
        options
            .timestamp()
            .map(RowTime::value)
            .orElse(OptionalLong.empty())
            .orElseGet(() -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now())));
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    long written = 0;
    long rejected = 0;
    Set<String> files = new HashSet<>();
    for (WriterCommitMessage each : messages) {
      if (each instanceof Written counts) {
        written += counts.rows;
        rejected += counts.rejected;
        files.add(counts.rejects);
      }
    }
    Optional<String> folder = table.options().value(Option.REJECTS_TO);
    if (folder.isPresent()) {
      SparkRejects.keepOnly(folder.get(), id, files);
    }
    requireFewErrors(
        table.options(), rejected, "the reasons are in " + folder.orElse("the executors' logs"));
    LOG.info("{} rows written to {}, {} rejected", written, table.name(), rejected);
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    LOG.warn(
        "The write to {} failed; rows that it has written stay{}",
        table.name(),
        truncates ? ", and the rows before it are gone" : "");
  }

  @Override
  public String toString() {
    return description();
  }

  private static void requireFewErrors(DataSourceOptions options, long rejected, String reason) {
    long most = options.maxErrors();
    if (rejected > most) {
      throw new BulkOperationException(
          String.format(
              Locale.ROOT,
              "%,d rows were rejected, and the option %s allows %,d: %s",
              rejected,
              Option.MAX_ERRORS,
              most,
              reason),
          null);
    }
  }

  /** What an attempt of a task has written. */
  private static final class Written implements WriterCommitMessage {

    private static final long serialVersionUID = 1;

    // Spark's serializer of results may be Kryo, which cannot restore records and final fields.
    private long rows;
    private long rejected;

    /** The name of the file of rejected rows; empty if there is none. */
    private String rejects = "";

    /** Called by Kryo. */
    @SuppressWarnings("unused")
    private Written() {}

    Written(long rows, long rejected, String rejects) {
      this.rows = rows;
      this.rejected = rejected;
      this.rejects = rejects;
    }
  }

  /**
   * Opens the writers on an executor.
   *
   * @param columns the names of the columns to write, in the order of a row's values
   * @param write identifies the write
   * @param ttl the TTL of all rows, if it is not that of each
   * @param timestamp the write time of all rows, if it is not that of each
   */
  private record Task(
      DataSourceOptions options,
      SparkTask.Source source,
      List<String> columns,
      List<Integer> fields,
      StructType schema,
      String write,
      long ttl,
      long timestamp)
      implements DataWriterFactory, Serializable {

    private static final long serialVersionUID = 1;

    @Override
    public DataWriter<InternalRow> createWriter(int partition, long task) {
      CqlSession session = Sessions.lease(source);
      try {
        return new Writer(this, session, partition, task);
      } catch (RuntimeException | Error e) {
        Sessions.giveBack(source.id());
        throw e;
      }
    }

    /** Returns the encoder of each column; null for a constant. */
    static List<@Nullable SparkEncoder> encoders(
        List<ColumnDescription> columns,
        List<Integer> fields,
        StructType schema,
        ReadOptions values) {
      StructField[] all = schema.fields();
      List<@Nullable SparkEncoder> encoders = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        int field = fields.get(i);
        encoders.add(
            field == CONSTANT
                ? null
                : SparkEncoder.of(columns.get(i), all[field].dataType(), values));
      }
      return encoders;
    }

    /** Returns the serialized constant of a time of rows. */
    ByteBuffer constant(ColumnDescription column) {
      return column.name().equals(RowTimes.TTL)
          ? ByteBuffer.allocate(Integer.BYTES).putInt((int) ttl).flip()
          : ByteBuffer.allocate(Long.BYTES).putLong(timestamp).flip();
    }
  }

  /** Writes the rows of one attempt of a task. */
  private static final class Writer implements DataWriter<InternalRow> {

    private final Task task;
    private final TableDescription table;
    private final RowKey rowKey;

    /** Null if rejected rows are only counted. */
    private final @Nullable SparkRejects rejects;

    private final int[] fields;
    private final List<@Nullable SparkEncoder> encoders;
    private final @Nullable ByteBuffer[] constants;
    private final RowBinder binder;
    private final StreamWriter stream;
    private final RequestSender reads;
    private final PartitionWriter partitions;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private boolean isCommitted;

    Writer(Task task, CqlSession session, int partition, long attempt) {
      this.task = task;
      DataSourceOptions options = task.options();
      this.table = options.lookUp(session, List.of());
      if (table.isCounterTable()) {
        SparkTask.requireFirstAttempt("of the write to " + table);
      }
      List<ColumnDescription> columns = RowTimes.in(table).select(task.columns());
      this.rowKey = new RowKey(table, columns);
      this.rejects =
          options
              .value(Option.REJECTS_TO)
              .map(folder -> new SparkRejects(folder, task.write(), partition, attempt))
              .orElse(null);
      this.fields = task.fields().stream().mapToInt(Integer::intValue).toArray();
      this.encoders = Task.encoders(columns, task.fields(), task.schema(), options.values());
      this.constants = new ByteBuffer[fields.length];
      for (int i = 0; i < fields.length; i++) {
        constants[i] = fields[i] == CONSTANT ? task.constant(columns.get(i)) : null;
      }
      this.binder = binder(session, table, columns, options);
      RequestSettings requests =
          new RequestSettings(
              options.concurrentWrites(),
              options.consistency(Option.WRITE_CONSISTENCY),
              TIMEOUT,
              ATTEMPTS,
              Optional.empty());
      this.stream =
          new StreamWriter(
              session,
              new StreamWriter.Settings(
                  requests,
                  options.batches(),
                  OptionalInt.empty(),
                  OptionalInt.empty(),
                  options.grouping(),
                  Duration.ofSeconds(1),
                  (statements, size) -> {},
                  Optional.empty(),
                  new OperationMetrics()));
      this.reads = new RequestSender(session, requests.seeingEveryWrite());
      this.partitions = new PartitionWriter(table, stream, reads);
    }

    private static RowBinder binder(
        CqlSession session,
        TableDescription table,
        List<ColumnDescription> columns,
        DataSourceOptions options) {
      if (table.isCounterTable()) {
        return new CounterStatements(session, table, columns);
      }
      NullHandling nulls =
          options.isSet(Option.IGNORE_NULLS, true) ? NullHandling.UNSET : NullHandling.TOMBSTONE;
      return RowBinders.of(
              session,
              table,
              columns,
              ImportChoices.DEFAULT.withTimes(RestoredTimes.DEFAULT.leftAside()).withNulls(nulls))
          .open();
    }

    @Override
    public void write(InternalRow row) {
      @Nullable ByteBuffer[] values = new ByteBuffer[fields.length];
      RawRow serialized = column -> values[column];
      try {
        for (int i = 0; i < fields.length; i++) {
          SparkEncoder encoder = encoders.get(i);
          values[i] = encoder == null ? constants[i] : encoder.encode(row, fields[i]);
        }
      } catch (UnrepresentableValueException e) {
        reject(named(rowKey.named(e, serialized)), serialized);
        return;
      }
      try {
        BoundRow bound = binder.bind(serialized);
        partitions.write(bound);
        if (!bound.statements().isEmpty()) {
          stream.add(bound.statements(), outcome(serialized));
        } else if (bound.shared().isEmpty() && !table.isCounterTable()) {
          reject(
              new BulkOperationException(
                  "Row "
                      + rowKey.text(serialized)
                      + " has no clustering key, and no static column to write",
                  null),
              serialized);
        }
        if (rejects != null) {
          rejects.write();
        }
      } catch (UnrepresentableValueException | RowRejectedException e) {
        binder.forgetPartition();
        reject(e, serialized);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    private WriteOutcome outcome(RawRow row) {
      return new WriteOutcome() {
        @Override
        public void written(long size) {
          written.incrementAndGet();
          bytes.addAndGet(size);
        }

        @Override
        public @Nullable BulkOperationException rejected(RowRejectedException failure) {
          return rejection(failure, row);
        }
      };
    }

    /** Names settings as the options of a data frame. */
    private static UnrepresentableValueException named(UnrepresentableValueException failure) {
      return new UnrepresentableValueException(
          failure.column(), failure.message(setting -> "option " + setting.method()));
    }

    private static OperationCancelledException interrupted(InterruptedException e) {
      Thread.currentThread().interrupt();
      return new OperationCancelledException("The task was cancelled while it wrote", e);
    }

    private void reject(BulkOperationException failure, RawRow row) {
      BulkOperationException tooMany = rejection(failure, row);
      if (tooMany != null) {
        throw tooMany;
      }
    }

    /**
     * Counts a rejected row; returns the failure if rows are not rejected or there are too many.
     */
    private @Nullable BulkOperationException rejection(BulkOperationException failure, RawRow row) {
      long now = rejected.incrementAndGet();
      if (!task.options().rejects()) {
        return failure;
      }
      if (rejects == null) {
        LOG.warn("A row is rejected: {}", failure.getMessage());
      } else {
        rejects.add(table.toString(), rowKey.text(row), failure);
      }
      try {
        requireFewErrors(task.options(), now, String.valueOf(failure.getMessage()));
        return null;
      } catch (BulkOperationException e) {
        return e;
      }
    }

    @Override
    public WriterCommitMessage commit() {
      try {
        stream.flush();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      String file = rejects == null ? "" : rejects.end();
      isCommitted = true;
      return new Written(rows(), rejected.get(), file);
    }

    private long rows() {
      return written.get() + partitions.rows();
    }

    @Override
    public void abort() {
      stream.abandon();
      if (rejects != null) {
        rejects.delete();
      }
    }

    @Override
    public void close() {
      try {
        if (isCommitted) {
          stream.close();
        } else {
          stream.abandon();
        }
      } finally {
        reads.close();
        Sessions.giveBack(task.source().id());
      }
    }

    @Override
    public CustomTaskMetric[] currentMetricsValues() {
      return new CustomTaskMetric[] {
        new Value("rowsWritten", rows()),
        new Value("bytesWritten", bytes.get()),
        new Value("rowsRejected", rejected.get())
      };
    }
  }
}
