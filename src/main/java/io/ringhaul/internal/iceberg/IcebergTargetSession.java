package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.TypedPlan;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.internal.parquet.IcebergTypes;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running export to an Iceberg table. */
public final class IcebergTargetSession implements TargetSession {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergTargetSession.class);

  /** The row groups of all open files together use at most this fraction of the heap: a sixth. */
  private static final long HEAP_SHARE = 6;

  private final TargetSettings settings;
  private final WrittenFiles written = new WrittenFiles();
  private CatalogSource.@Nullable Handle handle;
  private final TableStorage storage = new TableStorage();

  private final TypedPlan<TargetPlan, WriteLayout> plans = new TypedPlan<>(WriteLayout::decode);

  public IcebergTargetSession(TargetSettings settings) {
    this.settings = settings;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    return plan(export, Optional.empty());
  }

  @Override
  public TargetPlan planMerge(ExportDescription export, MergeDescription merge) {
    if (settings.mode().filter(mode -> mode != CommitMode.OVERWRITE).isPresent()) {
      throw new InvalidSettingException(
          "incremental",
          String.format(
              "incremental merges rows into those of the Iceberg table, so that neither %s nor %s"
                  + " goes with it, except %s to begin anew",
              Setting.MODE.mark(),
              Setting.OVERWRITE_PARTITIONS.call(),
              Setting.MODE.callWith(WriteMode.OVERWRITE)));
    }
    return plan(export, Optional.of(merge));
  }

  private TargetPlan plan(ExportDescription export, Optional<MergeDescription> merge) {
    // The request is checked before a catalog is created on disk.
    Schema schema =
        IdentifierFields.in(
            IcebergTypes.schema(export.table(), export.columns(), settings.types()), export);
    TableIdentifier identifier = identifier(export);
    requireBranches(identifier);
    PartitionSpec spec = PartitionExpression.bind(settings.partitioning(), schema);
    return explained(
        identifier.toString(),
        () -> layout(export, identifier, schema, spec, merge).encode(),
        e ->
            String.format(
                "The Iceberg table %s cannot be prepared: %s",
                identifier, StorageTrouble.ofCatalog(e)));
  }

  /**
   * Runs a step that uses the catalog or the storage. A failure that does not explain itself
   * becomes a {@link StorageException}.
   *
   * @param message the message of that exception
   */
  private static <T> T explained(
      String table, Supplier<T> step, Function<RuntimeException, String> message) {
    try {
      return step.get();
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(table, message.apply(e), e);
    }
  }

  @Override
  public Map<String, String> types(ExportDescription export) {
    return IcebergTypes.texts(
        IcebergTypes.schema(export.table(), export.columns(), settings.types()));
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    WriteLayout layout = plans.of(plan);
    return explained(
        layout.table(),
        () -> {
          new IcebergResumption(catalog(), layout).check(export, settings, identifier(export));
          return layout.withWriterBytes(writerBytes(export)).encode();
        },
        e ->
            String.format(
                "The Iceberg table %s cannot be read: %s",
                layout.table(), StorageTrouble.ofCatalog(e)));
  }

  /** Rejects a table branch in a Nessie catalog: Nessie would commit the rows to its own branch. */
  private void requireBranches(TableIdentifier identifier) {
    String branch =
        new WriteLayout.Publication(settings.commitMode(), settings.branch(), Map.of()).ref();
    if (!branch.equals(SnapshotRef.MAIN_BRANCH) && Nessie.isServerOf(catalog())) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The catalog of the Iceberg table %s is Nessie, which does not support branches of"
                  + " single tables: the rows would be on main, not on the branch %s. Omit"
                  + " %s and open the catalog on a Nessie branch instead, with a URI that ends in"
                  + " .../iceberg/%s",
              identifier, branch, Setting.BRANCH.callWithValue(), branch),
          null);
    }
  }

  private TableIdentifier identifier(ExportDescription export) {
    return identifier(export.table().keyspace(), export.table().name());
  }

  private TableIdentifier identifier(String keyspace, String table) {
    return settings.table().orElseGet(() -> TableIdentifier.of(keyspace, table));
  }

  private WriteLayout layout(
      ExportDescription export,
      TableIdentifier identifier,
      Schema schema,
      PartitionSpec spec,
      Optional<MergeDescription> merge) {
    if (!catalog().tableExists(identifier)) {
      if (merge.isPresent()) {
        MergeableTable mergeable = new MergeableTable(export, identifier.toString());
        mergeable.requireDeletes(formatVersion(NewTable.properties(export, schema, settings), 0));
        mergeable.requireKey(schema, spec);
      }
      try {
        return created(export, identifier, schema, spec)
            .withMerge(merge.map(its -> merge(export, its, Optional.empty())));
      } catch (AlreadyExistsException e) {
        LOG.debug("{} was created concurrently", identifier);
      }
    }
    return merge.isPresent()
        ? merged(export, identifier, merge.get())
        : existing(export, identifier);
  }

  private static Merge merge(
      ExportDescription export, MergeDescription described, Optional<Merge.Last> last) {
    return new Merge(
        described.source(),
        ChronoUnit.MICROS.between(Instant.EPOCH, described.begun()),
        Merge.Selection.of(export),
        last);
  }

  /** Returns the layout of an incremental export to an existing table. */
  private WriteLayout merged(
      ExportDescription export, TableIdentifier identifier, MergeDescription described) {
    Table table = catalog().loadTable(identifier);
    String ref = new WriteLayout.Publication(CommitMode.MERGE, settings.branch(), Map.of()).ref();
    requireNoCommit(export, identifier, ref);
    MergeableTable mergeable = new MergeableTable(export, identifier.toString());
    mergeable.requireDeletes(formatVersion(settings.properties(), TableUtil.formatVersion(table)));
    Snapshot head = head(table, ref);
    Optional<Merge.Last> last = Merge.Last.of(table, head);
    CommitMode mode =
        PlannedTable.isEmpty(table)
            ? CommitMode.CREATE
            : head == null
                ? CommitMode.APPEND
                : settings.mode().isPresent() ? CommitMode.OVERWRITE : CommitMode.MERGE;
    WriteLayout layout = existing(export, identifier, table, mode);
    mergeable.requireKey(layout.schema(), layout.spec());
    if (mode == CommitMode.MERGE) {
      mergeable.requireRows(
          table, Objects.requireNonNull(head), last, described.source(), described.isCompared());
    }
    return layout.withMerge(Optional.of(merge(export, described, last)));
  }

  /** Returns the version that a table has after its properties are set, which may only raise it. */
  private static int formatVersion(Map<String, String> properties, int present) {
    String wanted = properties.get(TableProperties.FORMAT_VERSION);
    return wanted == null ? present : Math.max(present, Integer.parseInt(wanted));
  }

  /** Returns where a branch stands; a new branch starts at the main branch's current snapshot. */
  private static @Nullable Snapshot head(Table table, String ref) {
    return table.refs().containsKey(ref) ? table.snapshot(ref) : table.currentSnapshot();
  }

  @Override
  public boolean isOutdated(TargetPlan plan) {
    WriteLayout layout = plans.of(plan);
    try {
      return layout.merge().isPresent()
          && layout.jobCommit(catalog()).find().isEmpty()
          && !isCurrent(layout, layout.merge().get());
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          "The Iceberg table " + layout.table() + " cannot be read: " + StorageTrouble.ofCatalog(e),
          e);
    }
  }

  private boolean isCurrent(WriteLayout layout, Merge merge) {
    TableIdentifier identifier = TableIdentifier.parse(layout.table());
    PlannedTable planned = new PlannedTable(layout);
    Optional<Table> table =
        catalog().tableExists(identifier)
            ? Optional.of(catalog().loadTable(identifier))
            : Optional.empty();
    try {
      table.ifPresentOrElse(planned::requireFit, planned::requireMissing);
    } catch (StorageException e) {
      LOG.debug("The plan of export {} does not fit", layout.jobId(), e);
      return false;
    }
    return table
        .map(its -> merge.continues(Merge.Last.of(its, head(its, layout.publication().ref()))))
        .orElse(true);
  }

  /** Fails if the branch has the job's commit: the changes since then would not be committed. */
  private void requireNoCommit(ExportDescription export, TableIdentifier identifier, String ref) {
    new JobCommit(catalog(), identifier, ref, export.jobId())
        .find()
        .ifPresent(
            commit -> {
              throw new StorageException(
                  identifier.toString(),
                  String.format(
                      "The Iceberg table %s has the rows of export %s already%s, so that it would"
                          + " not take the rows that have changed since: an incremental export"
                          + " takes a job id of its own each time. Leave out %s, or set another",
                      identifier,
                      export.jobId(),
                      commit.snapshotId().isPresent()
                          ? ", in snapshot " + commit.snapshotId().getAsLong()
                          : "",
                      Setting.JOB_ID.mark()),
                  null);
            });
  }

  @Override
  public Optional<MergeBase> mergeBase(TargetPlan plan) {
    WriteLayout layout = plans.of(plan);
    if (layout.publication().mode() != CommitMode.MERGE) {
      return Optional.empty();
    }
    TableIdentifier identifier = TableIdentifier.parse(layout.table());
    boolean exists = catalog().loadTable(identifier).refs().containsKey(layout.publication().ref());
    ReadPoint point =
        exists ? new ReadPoint.OnBranch(layout.publication().ref()) : new ReadPoint.Current();
    Optional<Merge.Last> last = layout.merge().flatMap(Merge::last);
    return Optional.of(
        new MergeBase(
            last.isPresent() ? OptionalLong.of(last.get().readUpTo()) : OptionalLong.empty(),
            () ->
                new IcebergSourceSession(
                    settings.catalog(),
                    Optional.of(identifier),
                    point,
                    ReadOptions.EXACT,
                    // With the columns that the commit adds.
                    Optional.of(layout.schema()))));
  }

  private WriteLayout created(
      ExportDescription export, TableIdentifier identifier, Schema schema, PartitionSpec spec) {
    TableStorage.Opened created =
        new TableCreation(
                catalog(),
                identifier,
                schema,
                spec,
                NewTable.properties(export, schema, settings),
                export.jobId())
            .begin();
    WriteLayout.Publication publication =
        new WriteLayout.Publication(
            settings.commitMode(), settings.branch(), settings.properties());
    return layout(export, identifier, created, created.table().schema(), publication);
  }

  private WriteLayout existing(ExportDescription export, TableIdentifier identifier) {
    Table table = catalog().loadTable(identifier);
    return existing(export, identifier, table, settings.commitMode());
  }

  private WriteLayout existing(
      ExportDescription export, TableIdentifier identifier, Table table, CommitMode mode) {
    WriteLayout.Publication publication =
        new WriteLayout.Publication(mode, settings.branch(), settings.properties());
    if (mode == CommitMode.CREATE
        && !PlannedTable.isEmpty(table)
        && new JobCommit(catalog(), identifier, publication.ref(), export.jobId())
            .find()
            .isEmpty()) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s exists and has been written to. Set how its rows are treated:"
                  + " %s keeps them, %s replaces all of them, %s replaces the partitions that the"
                  + " export has rows for; or use another table",
              identifier,
              Setting.MODE.callWith(WriteMode.APPEND),
              Setting.MODE.callWith(WriteMode.OVERWRITE),
              Setting.OVERWRITE_PARTITIONS.call()),
          null);
    }
    Schema evolved =
        new ExistingTable(table, export, settings.types())
            .evolved(settings.partitioning(), publication);
    TableCreation.adopt(table, export.jobId());
    return layout(
        export,
        identifier,
        new TableStorage.Opened(table, false),
        evolved,
        publication
            .withProperties(missingUuidProperties(table, evolved))
            .withProperties(IdentifierFields.changedProperties(table.schema(), evolved))
            .withProperties(StoredSchema.changedProperty(table, export)));
  }

  /** Returns the missing properties that the user has not set. */
  private Map<String, String> missingUuidProperties(Table table, Schema evolved) {
    Map<String, String> missing = new HashMap<>(UuidColumns.missingProperties(table, evolved));
    missing.keySet().removeAll(settings.properties().keySet());
    return missing;
  }

  private WriteLayout layout(
      ExportDescription export,
      TableIdentifier identifier,
      TableStorage.Opened opened,
      Schema schema,
      WriteLayout.Publication publication) {
    storage.use(opened);
    Table table = opened.table();
    boolean isNew = opened.isStaged();
    return new WriteLayout(
        export.jobId(),
        identifier.toString(),
        isNew,
        table.uuid(),
        table.location(),
        schema,
        table.spec(),
        isNew ? newProperties(table) : settings.fileProperties(table.properties(), schema),
        settings.targetFileBytes(),
        writerBytes(export),
        publication,
        new WriteLayout.Origin(
            TableSchema.of(export.table(), export.columns()),
            isNew ? WriteLayout.Origin.UNKNOWN : WriteLayout.Origin.sequenceNumber(table),
            Instant.now()),
        Optional.empty());
  }

  /** Returns the properties of a new table. A staged one does not have its version among them. */
  private static Map<String, String> newProperties(Table staged) {
    Map<String, String> properties = new HashMap<>(staged.properties());
    properties.put(
        TableProperties.FORMAT_VERSION, Integer.toString(TableUtil.formatVersion(staged)));
    return properties;
  }

  private static long writerBytes(ExportDescription export) {
    return Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, export.concurrentTasks());
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    WriteLayout layout = plans.of(plan);
    IcebergTaskWriter rows =
        new IcebergTaskWriter(
            layout,
            new ParquetRows(layout, columns, settings.types()),
            () -> io(layout),
            written,
            task);
    return layout.publication().mode() == CommitMode.MERGE
        ? new MergeWriter(layout, rows, columns, () -> io(layout), written, task)
        : rows;
  }

  @Override
  public List<FinalStep> finalSteps(
      TargetPlan plan, List<ColumnDescription> columns, List<TaskOutput> outputs) {
    WriteLayout layout = plans.of(plan);
    JobOutputs files = JobOutputs.of(outputs, layout.spec());
    if (files.rowsWithoutDataFile() == 0) {
      return List.of();
    }
    return explained(
        layout.table(),
        () ->
            layout.jobCommit(catalog()).find().isPresent()
                ? List.of()
                : new PartitionSteps(layout, columns, settings.types(), () -> io(layout), written)
                    .missing(files),
        e ->
            String.format(
                "The rows of the tasks of export %s in %s could not be read: %s; resume the job,"
                    + " which repeats the tasks of damaged files, or, without a job store, run the"
                    + " export again",
                layout.jobId(), layout.location(), StorageTrouble.of(e)));
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = plans.of(plan);
    written.mayBeCommitted(true);
    try {
      JobOutputs files = JobOutputs.of(outputs, layout.spec());
      FileIO io = io(layout);
      CommitResult committed = new IcebergCommit(handle(), layout, io).run(files);
      WrittenFiles.discard(io, files.temporary());
      return committed;
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (StorageException e) {
      written.mayBeCommitted(false);
      throw e;
    }
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = plans.of(plan);
    return explained(
        layout.table(),
        () -> {
          if (layout.jobCommit(catalog()).find().isPresent()) {
            return List.of();
          }
          WholeFiles whole = new WholeFiles(io(layout));
          JobOutputs files = JobOutputs.of(outputs, layout.spec());
          Set<String> unusable =
              Stream.concat(
                      files.outdated().stream(),
                      whole.damages(files.needed()).stream().map(WholeFiles.Damage::location))
                  .collect(Collectors.toSet());
          return outputs.stream()
              .filter(
                  output ->
                      JobOutputs.of(List.of(output), layout.spec()).locations().stream()
                          .anyMatch(unusable::contains))
              .toList();
        },
        e ->
            String.format(
                "The data files of the export %s in %s could not be checked: %s; resume the job"
                    + " later",
                layout.jobId(), layout.location(), StorageTrouble.ofCatalog(e)));
  }

  /** Keeps the committed files, because they may belong to a table that was renamed. */
  @Override
  public int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    WriteLayout layout = plans.of(plan);
    return clean(
        layout,
        JobOutputs.of(committed, layout.spec()).contentFiles().stream().map(ContentFile::location));
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    WriteLayout layout = plans.of(plan);
    return clean(
        layout,
        JobOutputs.of(kept, layout.spec()).needed().stream().map(WholeFiles.Written::location));
  }

  private int clean(WriteLayout layout, Stream<String> kept) {
    Set<String> names = kept.map(DataFileName::of).collect(Collectors.toSet());
    return explained(
        layout.table(),
        () -> new JobCleaning(catalog(), layout, io(layout), written).run(names),
        e ->
            String.format(
                "The leftovers of the export %s in %s were not removed, because the files of the"
                    + " Iceberg table %s could not be determined: %s; try again later",
                layout.jobId(), layout.location(), layout.table(), StorageTrouble.ofCatalog(e)));
  }

  /** Removes the export's files, and the table if the export created it empty. */
  @Override
  public int abandon(TargetPlan plan) {
    WriteLayout layout = plans.of(plan);
    int removed = clean(plan, List.of());
    undoCreation(TableIdentifier.parse(layout.table()), layout.jobId());
    return removed;
  }

  @Override
  public void abandonUnplanned(UUID jobId, String keyspace, String table) {
    // The catalog of a local warehouse stages its tables, and opening it would create it.
    if (settings.catalog().folder().isEmpty()) {
      undoCreation(identifier(keyspace, table), jobId);
    }
  }

  private void undoCreation(TableIdentifier identifier, UUID job) {
    try {
      TableCreation.undo(catalog(), identifier, job);
    } catch (RuntimeException e) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s, if the export %s has created it without rows, was not dropped:"
                  + " %s; try again, or drop the table",
              identifier, job, StorageTrouble.ofCatalog(e)),
          e);
    }
  }

  @Override
  public void close() {
    if (handle != null) {
      handle.close();
    }
  }

  private CatalogSource.Handle handle() {
    CatalogSource.Handle opened = handle;
    if (opened == null) {
      opened = settings.catalog().open();
      handle = opened;
    }
    return opened;
  }

  private Catalog catalog() {
    return handle().catalog();
  }

  private FileIO io(WriteLayout layout) {
    return storage.table(() -> open(layout)).io();
  }

  /** Returns the existing table, or a staged one that gives access to its storage. */
  private TableStorage.Opened open(WriteLayout layout) {
    TableIdentifier identifier = TableIdentifier.parse(layout.table());
    if (!catalog().tableExists(identifier)) {
      try {
        Table staged =
            catalog()
                .buildTable(identifier, layout.schema())
                .withPartitionSpec(layout.spec())
                .withLocation(layout.location())
                .createTransaction()
                .table();
        return new TableStorage.Opened(staged, true);
      } catch (AlreadyExistsException e) {
        LOG.debug("{} was created concurrently", identifier);
      }
    }
    return new TableStorage.Opened(catalog().loadTable(identifier), false);
  }

  /** Checks whether a planned export can be resumed. */
  private static final class IcebergResumption {

    private final Catalog catalog;
    private final WriteLayout layout;
    private final TableIdentifier identifier;

    IcebergResumption(Catalog catalog, WriteLayout layout) {
      this.catalog = catalog;
      this.layout = layout;
      this.identifier = TableIdentifier.parse(layout.table());
    }

    /**
     * Checks the request and the table.
     *
     * @param wanted the table of the current request
     * @throws StorageException if the request or the table differs from the plan
     */
    void check(ExportDescription export, TargetSettings settings, TableIdentifier wanted) {
      requireSame(export, settings, wanted);
      // A committed export is resumed even if the table has changed since.
      if (layout.jobCommit(catalog).find().isPresent()) {
        return;
      }
      PlannedTable planned = new PlannedTable(layout);
      if (catalog.tableExists(identifier)) {
        planned.requireFit(catalog.loadTable(identifier));
      } else {
        planned.requireMissing();
      }
    }

    private void requireSame(
        ExportDescription export, TargetSettings settings, TableIdentifier wanted) {
      TableSchema then = layout.origin().source();
      TableSchema now = TableSchema.of(export.table(), export.columns());
      List<String> differences = new ArrayList<>();
      compare(differences, "the export's id", layout.jobId(), export.jobId());
      compare(differences, "the Iceberg table", identifier, wanted);
      if (layout.merge().isEmpty()) {
        // The mode of an incremental export depends on the table.
        compare(differences, "the mode", layout.publication().mode(), settings.commitMode());
      }
      compare(
          differences,
          "the branch",
          layout.publication().ref(),
          new WriteLayout.Publication(
                  settings.commitMode(), settings.branch(), settings.properties())
              .ref());
      compare(differences, "the keyspace", then.keyspace(), now.keyspace());
      compare(differences, "the table", then.table(), now.table());
      compare(differences, "the primary key", then.primaryKey(), now.primaryKey());
      compare(differences, "the columns", then.columns(), now.columns());
      compare(differences, "the types", then.userTypes(), now.userTypes());
      if (!differences.isEmpty()) {
        throw new StorageException(
            layout.table(),
            String.format(
                "The export %s to the Iceberg table %s cannot be resumed because it differs from"
                    + " its plan: %s; restore the earlier settings or start a new export",
                layout.jobId(), layout.table(), String.join("; ", differences)),
            null);
      }
    }

    private static void compare(List<String> differences, String what, Object then, Object now) {
      if (!then.equals(now)) {
        differences.add(what + " was " + then + " and is now " + now);
      }
    }
  }

  /** Checks whether an export fits an existing table, and determines the table's new schema. */
  private static final class ExistingTable {

    private final Table table;
    private final ExportDescription export;
    private final TypeChoices types;
    private final List<String> problems = new ArrayList<>();

    ExistingTable(Table table, ExportDescription export, TypeChoices types) {
      this.table = table;
      this.export = export;
      this.types = types;
    }

    /**
     * Returns the schema that the table needs for the export: its own schema with missing columns
     * and fields added, types promoted as far as Iceberg allows, and columns made optional if rows
     * may lack a value. Columns that the export does not have stay.
     *
     * @param partitioning the partitioning that the user set; empty for the table's own
     * @throws StorageException if the table does not fit; the message lists every reason
     */
    Schema evolved(List<PartitionExpression> partitioning, WriteLayout.Publication publication) {
      UpdateSchema update = table.updateSchema();
      Schema evolved =
          SchemaChanges.add(update, table.schema(), wanted()) ? update.apply() : table.schema();
      requireTypes(evolved);
      requirePartitioning(partitioning, evolved);
      requireFormatVersion(publication.tableProperties().get(TableProperties.FORMAT_VERSION));
      requireBranch(publication);
      if (!problems.isEmpty()) {
        throw new StorageException(
            table.name(),
            String.format(
                "The Iceberg table %s does not fit the export: %s. Export to another table, or"
                    + " select the columns that fit",
                table.name(), String.join("; ", problems)),
            null);
      }
      return evolved;
    }

    /**
     * Returns the table's columns with their new types, followed by the columns that the table
     * lacks.
     */
    private List<NestedField> wanted() {
      boolean isOurs = table.properties().containsKey(NewTable.SOURCE_TABLE);
      List<NestedField> wanted = new ArrayList<>();
      for (NestedField field : table.schema().columns()) {
        wanted.add(
            export.columns().stream()
                .filter(column -> column.name().equals(field.name()))
                .findFirst()
                .map(column -> filled(field, column, isOurs))
                .orElseGet(() -> unfilled(field)));
      }
      Schema own = IcebergTypes.schema(export.table(), export.columns(), types);
      for (ColumnDescription column : export.columns()) {
        if (table.schema().asStruct().field(column.name()) == null) {
          if (column.isPrimaryKey()) {
            problems.add(
                "it has no column "
                    + column.name()
                    + ", which is part of the primary key, so its rows have another key");
          } else {
            wanted.add(own.asStruct().field(column.name()));
          }
        }
      }
      return wanted;
    }

    /** Returns the new definition of a column that the export has values for. */
    private NestedField filled(NestedField field, ColumnDescription column, boolean isOurs) {
      Type type =
          types
              .decimal(column)
              .<Type>map(decimal -> decimal)
              .orElseGet(() -> IcebergTypes.typeLike(column, field.type(), types));
      NestedField.Builder builder = NestedField.from(field).ofType(type);
      if (isOurs) {
        builder.withDoc(IcebergTypes.doc(column, type));
      }
      return column.isNullable(export.table().hasStatics())
          ? builder.asOptional().build()
          : builder.build();
    }

    /** Returns the new definition of a column that new rows have no value for. */
    private NestedField unfilled(NestedField field) {
      if (field.isOptional()) {
        return field;
      }
      if (export.table().column(field.name()).isPresent()) {
        problems.add(
            "it requires a column "
                + field.name()
                + ", which the export does not include: select it too");
      }
      return NestedField.from(field).asOptional().build();
    }

    private void requireTypes(Schema evolved) {
      for (ColumnDescription column : export.columns()) {
        NestedField field = evolved.asStruct().field(column.name());
        if (field == null) {
          continue;
        }
        types
            .decimal(column)
            .filter(chosen -> !chosen.equals(field.type()))
            .ifPresent(chosen -> notChangeable(column, field.type(), chosen));
        IcebergCompatibility.exportProblem(column, field.type())
            .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
      }
    }

    private void notChangeable(ColumnDescription column, Type type, DecimalType chosen) {
      problems.add(
          String.format(
              "column %s: %s is set for it, but Iceberg cannot change %s to that type",
              column.name(), chosen, type));
    }

    private void requirePartitioning(List<PartitionExpression> partitioning, Schema evolved) {
      if (!partitioning.isEmpty()) {
        PartitionSpec asked = PartitionExpression.bind(partitioning, evolved);
        if (!asked.compatibleWith(table.spec())) {
          problems.add("it is partitioned by " + table.spec() + ", not by " + asked);
        }
      }
    }

    private void requireFormatVersion(@Nullable String wanted) {
      int present = TableUtil.formatVersion(table);
      if (wanted != null && Integer.parseInt(wanted) < present) {
        problems.add(
            String.format(
                "its format version is %d, which Iceberg cannot lower to the %s that the property"
                    + " %s sets",
                present, wanted, TableProperties.FORMAT_VERSION));
      }
    }

    private void requireBranch(WriteLayout.Publication publication) {
      SnapshotRef ref = table.refs().get(publication.ref());
      if (ref != null && !ref.isBranch()) {
        problems.add(publication.ref() + " is a tag of the table, not a branch");
      } else if (publication.mode() == CommitMode.REPLACE_PARTITIONS) {
        requireReplaceable(SnapshotUtil.latestSnapshot(table, publication.ref()));
      }
    }

    private void requireReplaceable(@Nullable Snapshot head) {
      if (table.spec().isUnpartitioned()) {
        problems.add(
            "it has no partitions to overwrite: set "
                + Setting.MODE.mark()
                + " to overwrite to replace all rows");
      } else if (head != null) {
        for (ManifestFile manifest : head.dataManifests(table.io())) {
          if (manifest.partitionSpecId() != table.spec().specId()
              && (manifest.hasAddedFiles() || manifest.hasExistingFiles())) {
            problems.add(
                "it has files of an earlier partitioning, which cannot be assigned to the current"
                    + " partitions: rewrite its data files first");
            return;
          }
        }
      }
    }
  }
}
