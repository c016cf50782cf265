package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.disk.RemoteTrouble;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.TypedPlan;
import io.ringhaul.internal.parquet.CqlParquetReaders;
import io.ringhaul.internal.parquet.DerivedSchema;
import io.ringhaul.internal.parquet.FieldNames;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.internal.parquet.OpenParquetFile;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.internal.parquet.ReadRow;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.formats.FormatModelRegistry;
import org.apache.iceberg.formats.ReadBuilder;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.util.PartitionUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.apache.iceberg.util.TableScanUtil;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** A running import from an Iceberg table. */
public final class IcebergSourceSession implements SourceSession {

  private static final int FORMAT_VERSION = 1;

  /** Small enough that several readers share a table of one file. */
  private static final long SPLIT_BYTES = 16L << 20;

  /** Smaller tasks would rarely contain a whole row group. */
  private static final long LEAST_SPLIT_BYTES = 64L << 10;

  /** The number of tables that a message names. */
  private static final String SCHEMA = "schema";

  private static final String TABLE = "table";

  private final CatalogSource source;
  private final Optional<TableIdentifier> name;
  private final ReadPoint point;
  private final ReadOptions options;
  private final Optional<Schema> columns;
  private CatalogSource.@Nullable Handle handle;
  private final TableStorage storage = new TableStorage();

  private final TypedPlan<SourcePlan, Schema> schemas =
      new TypedPlan<>(plan -> SchemaParser.fromJson(plan.properties().get(SCHEMA)));

  public IcebergSourceSession(
      CatalogSource source, Optional<TableIdentifier> name, ReadPoint point, ReadOptions options) {
    this(source, name, point, options, Optional.empty());
  }

  /**
   * @param columns the columns to read the table with, such as those that it will have; empty for
   *     the columns that it has
   */
  IcebergSourceSession(
      CatalogSource source,
      Optional<TableIdentifier> name,
      ReadPoint point,
      ReadOptions options,
      Optional<Schema> columns) {
    this.source = source;
    this.name = name;
    this.point = point;
    this.options = options;
    this.columns = columns;
  }

  @Override
  public Optional<TableSchema> schema(String keyspace, String targetTable) {
    TableIdentifier identifier = name.orElseGet(() -> TableIdentifier.of(keyspace, targetTable));
    return guarded(
        identifier,
        () -> {
          Table loaded = load(identifier).table();
          Optional<TableSchema> stored = StoredSchema.in(loaded);
          return stored.isPresent()
              ? stored
              : Optional.of(
                  DerivedSchema.of(keyspace, targetTable, SourceState.of(loaded, point).schema()));
        });
  }

  @Override
  public SourcePlan plan(TableDescription target, List<String> columns, OptionalInt taskCount) {
    TableIdentifier identifier =
        name.orElseGet(() -> TableIdentifier.of(target.keyspace(), target.name()));
    return guarded(
        identifier,
        () -> {
          TableStorage.Opened opened = load(identifier);
          storage.use(opened);
          return plan(identifier, opened.table(), target, columns, taskCount);
        });
  }

  /** Returns the id of the current snapshot; {@link GrowingSource#BEGINNING} if there is none. */
  public String position(TableIdentifier identifier) {
    return guarded(
        identifier,
        () -> {
          Table loaded = load(identifier).table();
          Snapshot last =
              point instanceof ReadPoint.OnBranch on
                  ? loaded.snapshot(on.name())
                  : loaded.currentSnapshot();
          return last == null ? GrowingSource.BEGINNING : Long.toString(last.snapshotId());
        });
  }

  private static <T> T guarded(TableIdentifier identifier, Supplier<T> read) {
    try {
      return read.get();
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(
          identifier.toString(),
          "The Iceberg table " + identifier + " cannot be read: " + StorageTrouble.ofCatalog(e),
          e);
    }
  }

  private SourcePlan plan(
      TableIdentifier identifier,
      Table opened,
      TableDescription target,
      List<String> columns,
      OptionalInt taskCount) {
    SourceState state = SourceState.of(opened, point);
    Schema read = this.columns.orElse(state.schema());
    FieldNames names =
        FieldNames.match(
            read.columns().stream().map(NestedField::name).toList(),
            target.columns().stream().map(ColumnDescription::name).toList());
    Schema schema = names.rename(read);
    List<String> selected = select(identifier, schema, names, target, columns);
    List<String> fields =
        selected.stream()
            .map(column -> Objects.requireNonNull(names.fields().get(column)))
            .filter(field -> state.schema().asStruct().field(field) != null)
            .toList();
    return new SourcePlan(
        FORMAT_VERSION,
        WriteLayout.FORMAT,
        identifier + " in " + opened.location(),
        selected,
        Map.of(TABLE, identifier.toString(), SCHEMA, SchemaParser.toJson(schema)),
        tasks(identifier, () -> state.files(fields), taskCount));
  }

  @Override
  public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask sourceTask) {
    return new IcebergRowReader(
        () -> planned(plan), schemas.of(plan), plan, sourceTask, columns, options);
  }

  @Override
  public Set<String> fixedScales(SourcePlan plan) {
    Schema schema = schemas.of(plan);
    return plan.columns().stream()
        .filter(
            column ->
                TypeUtil.indexById(
                        StructType.of(
                            Objects.requireNonNull(schema.asStruct().field(column), column)))
                    .values()
                    .stream()
                    .anyMatch(field -> field.type().typeId() == TypeID.DECIMAL))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    if (handle != null) {
      handle.close();
    }
  }

  /** Returns the planned table. A session that did not plan loads it from the catalog. */
  private Table planned(SourcePlan plan) {
    TableIdentifier identifier =
        TableIdentifier.parse(Objects.requireNonNull(plan.properties().get(TABLE)));
    return guarded(identifier, () -> storage.table(() -> load(identifier)));
  }

  private synchronized TableStorage.Opened load(TableIdentifier identifier) {
    CatalogSource.Handle opened = handle;
    if (opened == null) {
      opened = source.open();
      handle = opened;
    }
    try {
      return new TableStorage.Opened(opened.catalog().loadTable(identifier), false);
    } catch (NoSuchTableException | NoSuchNamespaceException e) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The catalog %s has no Iceberg table %s%s; name one with %s",
              opened.catalog().name(),
              identifier,
              CatalogContents.beside(opened.catalog(), identifier),
              Setting.TABLE.callWithValue()),
          e);
    }
  }

  private List<String> select(
      TableIdentifier identifier,
      Schema schema,
      FieldNames names,
      TableDescription target,
      List<String> asked) {
    List<String> problems = new ArrayList<>();
    List<String> selected = new ArrayList<>();
    List<ColumnDescription> candidates = target.select(asked);
    for (ColumnDescription column : candidates) {
      NestedField field = schema.asStruct().field(column.name());
      if (field != null) {
        selected.add(column.name());
        problem(column, field)
            .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
      } else if (names.problems().containsKey(column.name())) {
        problems.add("column " + column.name() + ": " + names.problems().get(column.name()));
      } else if (!asked.isEmpty() || column.isPrimaryKey()) {
        problems.add("it has no column " + column.name());
      }
    }
    if (asked.isEmpty()) {
      for (NestedField field : schema.columns()) {
        if (target.column(field.name()).isEmpty() && !names.isAmbiguous(field.name())) {
          problems.add(
              "its column "
                  + field.name()
                  + " is not in the table; select columns to leave it out");
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s does not fit %s: %s",
              identifier, target, String.join("; ", problems)),
          null);
    }
    return selected;
  }

  private Optional<String> problem(ColumnDescription column, NestedField field) {
    return column.isPrimaryKey() && field.type().typeId() == TypeID.UNKNOWN
        ? Optional.of("its type declares that it is null in each row")
        : IcebergCompatibility.importProblem(column, field.type(), options);
  }

  private static List<SourceTask> tasks(
      TableIdentifier identifier,
      Supplier<CloseableIterable<FileScanTask>> files,
      OptionalInt taskCount) {
    List<SourceTask> tasks = new ArrayList<>();
    long splitBytes = taskCount.isPresent() ? bytes(files) / taskCount.getAsInt() : SPLIT_BYTES;
    try (CloseableIterable<FileScanTask> scanTasks =
        TableScanUtil.splitFiles(files.get(), Math.max(LEAST_SPLIT_BYTES, splitBytes))) {
      for (FileScanTask task : scanTasks) {
        requireReadable(identifier, task.file());
        task.deletes().forEach(delete -> requireReadable(identifier, delete));
        tasks.add(
            new SourceTask(tasks.size(), task.length(), List.of(ScanTaskParser.toJson(task))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tasks;
  }

  private static void requireReadable(TableIdentifier identifier, ContentFile<?> file) {
    if (file.format() == FileFormat.ORC && !hasOrc()) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s contains ORC files: put org.apache.iceberg:iceberg-orc and"
                  + " org.apache.hadoop:hadoop-hdfs-client on the class path, or rewrite them as"
                  + " Parquet, in Spark with ALTER TABLE %1$s SET TBLPROPERTIES"
                  + " ('write.format.default'='parquet') and CALL system.rewrite_data_files(table"
                  + " => '%1$s', options => map('rewrite-all', 'true'))",
              identifier),
          null);
    }
  }

  /** ORC loads its codecs with a class of Hadoop's client of HDFS, also for other file systems. */
  private static boolean hasOrc() {
    try {
      Class.forName("org.apache.iceberg.data.orc.GenericOrcReader");
      Class.forName("org.apache.orc.TypeDescription");
      Class.forName("org.apache.hadoop.hdfs.client.HdfsDataOutputStream");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static long bytes(Supplier<CloseableIterable<FileScanTask>> files) {
    try (CloseableIterable<FileScanTask> tasks = files.get()) {
      long bytes = 0;
      for (FileScanTask file : tasks) {
        bytes += file.length();
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The schema and files of the table state that an import reads. */
  private static final class SourceState {

    /** Plans the scan of the given columns. */
    private interface Files {
      CloseableIterable<FileScanTask> plan(List<String> columns);
    }

    private final Schema schema;
    private final Files files;

    private SourceState(Schema schema, Files files) {
      this.schema = schema;
      this.files = files;
    }

    /**
     * Resolves a read point.
     *
     * @throws StorageException if the table does not have the snapshot, branch or tag
     */
    static SourceState of(Table table, ReadPoint point) {
      if (point instanceof ReadPoint.AtSnapshot at) {
        return atSnapshot(table, existing(table, at.id()).snapshotId());
      } else if (point instanceof ReadPoint.AsOf asOf) {
        Long id = SnapshotUtil.nullableSnapshotIdAsOfTime(table, asOf.moment().toEpochMilli());
        if (id == null) {
          throw new StorageException(
              table.name(),
              "The Iceberg table " + table.name() + " had no snapshot yet at " + asOf.moment(),
              null);
        }
        return atSnapshot(table, id);
      } else if (point instanceof ReadPoint.AtTag at) {
        return atSnapshot(table, ref(table, at.name(), true).snapshotId());
      } else if (point instanceof ReadPoint.OnBranch on
          && !on.name().equals(SnapshotRef.MAIN_BRANCH)) {
        // A branch is read with the table's current columns, as the main branch is.
        long head = ref(table, on.name(), false).snapshotId();
        return new SourceState(
            table.schema(), columns -> scan(table, columns).useSnapshot(head).planFiles());
      } else if (point instanceof ReadPoint.Changes changes) {
        return changes(table, changes);
      }
      return new SourceState(table.schema(), columns -> scan(table, columns).planFiles());
    }

    Schema schema() {
      return schema;
    }

    /** Returns the files to read, with their delete files. */
    CloseableIterable<FileScanTask> files(List<String> columns) {
      return files.plan(columns);
    }

    /** Returns the state at a snapshot, with the columns that the table had then. */
    private static SourceState atSnapshot(Table table, long id) {
      return new SourceState(
          SnapshotUtil.schemaFor(table, id),
          columns -> scan(table, columns).useSnapshot(id).planFiles());
    }

    private static TableScan scan(Table table, List<String> columns) {
      return table.newScan().select(columns);
    }

    private static SourceState changes(Table table, ReadPoint.Changes changes) {
      long from = changes.fromExclusive();
      long to = changes.toInclusive();
      existing(table, to);
      Schema schema = SnapshotUtil.schemaFor(table, to);
      if (from == to) {
        return new SourceState(schema, columns -> CloseableIterable.empty());
      }
      requireOnlyAppends(table, from, to);
      return new SourceState(
          schema,
          columns ->
              table
                  .newIncrementalAppendScan()
                  .fromSnapshotExclusive(from)
                  .toSnapshot(to)
                  .planFiles());
    }

    private static void requireOnlyAppends(Table table, long from, long to) {
      Long id = to;
      while (id == null || id != from) {
        @Nullable Snapshot snapshot = id == null ? null : table.snapshot(id);
        if (snapshot == null) {
          throw new StorageException(
              table.name(),
              String.format(
                  "Snapshot %d is not an ancestor of snapshot %d of the Iceberg table %s, or"
                      + " snapshots between them have expired; import a whole snapshot instead",
                  from, to, table.name()),
              null);
        }
        String operation = String.valueOf(snapshot.operation());
        // A replace rewrites files without changing rows.
        if (!operation.equals(DataOperations.APPEND) && !operation.equals(DataOperations.REPLACE)) {
          throw new StorageException(
              table.name(),
              String.format(
                  "The changes of the Iceberg table %s from snapshot %d to %d cannot be imported:"
                      + " snapshot %d between them has the operation %s, which removes rows, but an"
                      + " import only adds rows; import a whole snapshot instead",
                  table.name(), from, to, snapshot.snapshotId(), operation),
              null);
        }
        id = snapshot.parentId();
      }
    }

    private static Snapshot existing(Table table, long id) {
      Snapshot snapshot = table.snapshot(id);
      if (snapshot == null) {
        throw new StorageException(
            table.name(),
            String.format("The Iceberg table %s has no snapshot %d", table.name(), id),
            null);
      }
      return snapshot;
    }

    private static SnapshotRef ref(Table table, String name, boolean tag) {
      SnapshotRef ref = table.refs().get(name);
      if (ref == null || ref.isTag() != tag) {
        TreeSet<String> known = new TreeSet<>();
        table
            .refs()
            .forEach(
                (other, there) -> {
                  if (there.isTag() == tag) {
                    known.add(other);
                  }
                });
        throw new StorageException(
            table.name(),
            String.format(
                "The Iceberg table %s has no %s %s; it has %s",
                table.name(),
                tag ? "tag" : "branch",
                name,
                known.isEmpty() ? "none" : String.join(", ", known)),
            null);
      }
      return ref;
    }
  }

  /** Reads the rows of one task, without the rows that delete files remove. */
  private static final class IcebergRowReader implements RowReader {

    private final Supplier<Table> tables;
    private final Schema schema;
    private final Schema projection;
    private final List<ColumnDescription> columns;
    private final ReadOptions options;
    private final Iterator<String> parts;
    private @Nullable Closeable content;
    private @Nullable Iterator<ReadRow> rows;
    private String file = "";
    private boolean atRow;
    private long rowNumber;

    /** Bytes of the parts that were read to their end. */
    private double bytesBefore;

    private double bytesPerRow;

    /** Rows read from this part, including deleted ones. */
    private long rowsRead;

    /** Whether this part has delete files. */
    private boolean deletesRows;

    IcebergRowReader(
        Supplier<Table> tables,
        Schema schema,
        SourcePlan plan,
        SourceTask task,
        List<ColumnDescription> columns,
        ReadOptions options) {
      this.tables = tables;
      this.schema = schema;
      this.projection = projection(schema, plan.columns());
      this.columns = columns;
      this.options = options;
      this.parts = task.parts().iterator();
    }

    @Override
    public @Nullable RawRow next() {
      @Nullable ReadRow row;
      atRow = false;
      try {
        row = nextRow();
      } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
        // A damaged file can cause any exception of Iceberg, Parquet or Java.
        throw new StorageException(
            file,
            "The data file "
                + file
                + " cannot be read: "
                + RemoteTrouble.of(e).orElseGet(() -> OpenParquetFile.reason(e)),
            e);
      }
      atRow = row != null;
      return row == null
          ? null
          : row.at(() -> String.format("Row %d read from %s", rowNumber, file));
    }

    /**
     * Returns the row's number among the rows read from this part of the data file, not counting
     * deleted rows.
     */
    @Override
    public Optional<SourceRecord> lastRecord() {
      return atRow
          ? Optional.of(new SourceRecord(file, "row", rowNumber, Optional.empty()))
          : Optional.empty();
    }

    private @Nullable ReadRow nextRow() throws IOException {
      while (rows == null || !rows.hasNext()) {
        closeFile();
        if (!parts.hasNext()) {
          return null;
        }
        rows = open(parts.next());
      }
      rowNumber++;
      if (!deletesRows) {
        rowsRead++;
      }
      return rows.next();
    }

    /**
     * Returns an estimate from the number of rows: the row groups of a part may have more bytes
     * than the part, or none.
     */
    @Override
    public long bytesRead() {
      return (long) (bytesBefore + rowsRead * bytesPerRow);
    }

    @Override
    public void close() {
      try {
        closeFile();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * Returns a schema with the columns in the plan's order; {@code Schema.select} would keep the
     * table's order.
     */
    private static Schema projection(Schema schema, List<String> columns) {
      return new Schema(
          columns.stream()
              .map(column -> Objects.requireNonNull(schema.asStruct().field(column), column))
              .toList());
    }

    private Iterator<ReadRow> open(String part) throws IOException {
      FileScanTask task = ScanTaskParser.fromJson(part, true);
      file = task.file().location();
      rowNumber = 0;
      bytesBefore += rowsRead * bytesPerRow;
      rowsRead = 0;
      bytesPerRow = (double) task.file().fileSizeInBytes() / Math.max(1, task.file().recordCount());
      deletesRows = !task.deletes().isEmpty();
      Table table = tables.get();
      if (task.file().format() != FileFormat.PARQUET) {
        CloseableIterable<ReadRow> opened = ofOtherFormat(table, task);
        content = opened;
        return opened.iterator();
      }
      OpenParquetFile stored = OpenParquetFile.open(table.io().newInputFile(task.file()));
      content = stored;
      List<Long> offsets = task.file().splitOffsets();
      stored.requireAsInTable(
          task.file().fileSizeInBytes(),
          task.file().recordCount(),
          offsets == null || offsets.isEmpty() ? 0 : offsets.get(0));
      CloseableIterable<ReadRow> opened =
          task.deletes().isEmpty() ? all(table, task, stored) : withoutDeleted(table, task, stored);
      content = opened;
      return opened.iterator();
    }

    private CloseableIterable<ReadRow> all(Table table, FileScanTask task, OpenParquetFile stored) {
      Map<Integer, ?> constants = constants(task);
      return read(
          table,
          task,
          stored,
          projection,
          parquet -> CqlParquetReaders.rows(columns, projection, parquet, constants, options));
    }

    /**
     * Reads whole records and applies the delete files, which may need columns that were not
     * selected.
     */
    private CloseableIterable<ReadRow> withoutDeleted(
        Table table, FileScanTask task, OpenParquetFile stored) {
      GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, schema, projection);
      Schema required = deletes.requiredSchema();
      Map<Integer, ?> constants = constants(task);
      Set<Integer> compared = compared(task);
      CloseableIterable<Record> records =
          read(
              table,
              task,
              stored,
              required,
              parquet -> CqlParquetReaders.recordReader(required, parquet, constants, compared));
      return CloseableIterable.transform(
          deletes.filter(CloseableIterable.transform(records, this::counted)),
          CqlParquetReaders.records(columns, required, options));
    }

    /**
     * Reads a file in Avro or ORC with Iceberg's readers, which replace malformed UTF-8.
     *
     * @throws StorageException if the file was cut or overwritten since it was added to the table
     */
    private CloseableIterable<ReadRow> ofOtherFormat(Table table, FileScanTask task) {
      long length = table.io().newInputFile(file).getLength();
      if (length != task.file().fileSizeInBytes()) {
        throw new IllegalStateException(
            String.format(
                "it has %d bytes, but its table's metadata declares %d",
                length, task.file().fileSizeInBytes()));
      }
      @Nullable GenericDeleteFilter deletes =
          deletesRows ? new GenericDeleteFilter(table.io(), task, schema, projection) : null;
      Schema required = deletes == null ? projection : deletes.requiredSchema();
      ReadBuilder<Record, Schema> reader =
          FormatModelRegistry.readBuilder(
              task.file().format(), Record.class, table.io().newInputFile(task.file()));
      CloseableIterable<Record> records =
          reader
              .project(required)
              .split(task.start(), task.length())
              .idToConstant(constants(task))
              .withNameMapping(nameMapping(table))
              .build();
      return CloseableIterable.transform(
          deletes == null
              ? records
              : deletes.filter(CloseableIterable.transform(records, this::counted)),
          CqlParquetReaders.records(columns, required, options));
    }

    private Record counted(Record record) {
      rowsRead++;
      return record;
    }

    /** Returns the ids of the fields that equality delete files compare. */
    private static Set<Integer> compared(FileScanTask task) {
      Set<Integer> ids = new HashSet<>();
      for (DeleteFile delete : task.deletes()) {
        if (delete.content() == FileContent.EQUALITY_DELETES) {
          ids.addAll(delete.equalityFieldIds());
        }
      }
      return ids;
    }

    private static <T> CloseableIterable<T> read(
        Table table,
        FileScanTask task,
        OpenParquetFile stored,
        Schema fields,
        Function<MessageType, ParquetValueReader<T>> model) {
      return stored.rows(
          fields,
          stored.identified(nameMapping(table)),
          task.start(),
          task.start() + task.length(),
          model);
    }

    /** Returns the table's ids for files without ids. */
    private static NameMapping nameMapping(Table table) {
      String mapping = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
      return mapping == null ? NameMapping.empty() : NameMappingParser.fromJson(mapping);
    }

    private static Map<Integer, ?> constants(FileScanTask task) {
      return PartitionUtil.constantsMap(task, IdentityPartitionConverters::convertConstant);
    }

    private void closeFile() throws IOException {
      if (content != null) {
        content.close();
      }
      content = null;
      rows = null;
    }
  }
}
