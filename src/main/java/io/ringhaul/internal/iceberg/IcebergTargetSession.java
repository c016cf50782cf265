package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.parquet.IcebergTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An export to an Iceberg table at work. */
public final class IcebergTargetSession implements TargetSession {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergTargetSession.class);

  /** The part of the heap that the row groups of all open files may fill together: a sixth. */
  private static final long HEAP_SHARE = 6;

  /** Nessie's own word for itself among the properties that it gives to clients. */
  private static final String NESSIE = "nessie.is-nessie-catalog";

  private final TargetSettings settings;
  private final WrittenFiles written = new WrittenFiles();
  private CatalogSource.@Nullable Handle handle;
  private @Nullable FileIO io;

  public IcebergTargetSession(TargetSettings settings) {
    this.settings = settings;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    // What can be wrong with the request is looked at before a catalog is made on disk.
    Schema schema =
        IdentifierFields.in(
            IcebergTypes.schema(export.table(), export.columns(), settings.types()), export);
    TableIdentifier identifier = identifier(export);
    requireBranches(identifier);
    PartitionSpec spec = PartitionExpression.bind(settings.partitioning(), schema);
    try {
      return layout(export, identifier, schema, spec).toPlan();
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(
          identifier.toString(),
          "The Iceberg table " + identifier + " cannot be prepared: " + e.getMessage(),
          e);
    }
  }

  @Override
  public TargetPlan resume(TargetPlan plan, ExportDescription export) {
    WriteLayout layout = WriteLayout.from(plan);
    try {
      new IcebergResumption(catalog(), layout).check(export, settings, identifier(export));
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          "The Iceberg table " + layout.table() + " cannot be looked at: " + e.getMessage(),
          e);
    }
    return layout.withWriterBytes(writerBytes(export)).toPlan();
  }

  /** Nessie takes what is committed to a branch of a table, and puts it on its own branch. */
  private void requireBranches(TableIdentifier identifier) {
    String branch = new Publication(settings.commitMode(), settings.branch(), Map.of()).ref();
    if (!branch.equals(SnapshotRef.MAIN_BRANCH)
        && catalog() instanceof RESTCatalog rest
        && Boolean.parseBoolean(rest.properties().get(NESSIE))) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The catalog of the Iceberg table %s is Nessie's, which keeps no branches of single"
                  + " tables: the rows would be put on main, not on the branch %s. Leave"
                  + " branch(...) (--branch) out, and open the catalog on a branch of Nessie"
                  + " instead, which its address ends with: .../iceberg/%s",
              identifier, branch, branch),
          null);
    }
  }

  private TableIdentifier identifier(ExportDescription export) {
    return settings
        .table()
        .orElseGet(() -> TableIdentifier.of(export.table().keyspace(), export.table().name()));
  }

  private WriteLayout layout(
      ExportDescription export, TableIdentifier identifier, Schema schema, PartitionSpec spec) {
    if (!catalog().tableExists(identifier)) {
      try {
        return created(export, identifier, schema, spec);
      } catch (AlreadyExistsException e) {
        LOG.debug("{} was made by somebody else just now", identifier);
      }
    }
    return existing(export, identifier);
  }

  private WriteLayout created(
      ExportDescription export, TableIdentifier identifier, Schema schema, PartitionSpec spec) {
    Map<String, String> properties = NewTable.properties(export, schema, settings);
    Table table =
        catalog()
            .buildTable(identifier, schema)
            .withPartitionSpec(spec)
            .withProperties(properties)
            .createTransaction()
            .table();
    Publication publication =
        new Publication(settings.commitMode(), settings.branch(), settings.properties());
    return layout(export, identifier, true, table, table.schema(), publication);
  }

  private WriteLayout existing(ExportDescription export, TableIdentifier identifier) {
    Table table = catalog().loadTable(identifier);
    Publication publication =
        new Publication(settings.commitMode(), settings.branch(), settings.properties());
    if (settings.commitMode() == CommitMode.CREATE
        && !PlannedTable.isEmpty(table)
        && new JobCommit(catalog(), identifier, publication.ref(), export.jobId())
            .find()
            .isEmpty()) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s exists and has been written to. Say what becomes of its rows:"
                  + " mode(APPEND) adds to them, mode(OVERWRITE) replaces all of them,"
                  + " overwritePartitions() replaces the partitions that the export has rows for"
                  + " (on the command line --mode append, --mode overwrite,"
                  + " --overwrite-partitions); or name another table",
              identifier),
          null);
    }
    Schema evolved =
        new ExistingTable(table, export, settings.types())
            .evolved(settings.partitioning(), publication);
    return layout(
        export,
        identifier,
        false,
        table,
        evolved,
        publication
            .withProperties(missingUuidProperties(table, evolved))
            .withProperties(IdentifierFields.changedProperties(table.schema(), evolved))
            .withProperties(StoredSchema.changedProperty(table, export)));
  }

  /** What the user has set goes before it. */
  private Map<String, String> missingUuidProperties(Table table, Schema evolved) {
    Map<String, String> missing = new HashMap<>(UuidColumns.missingProperties(table, evolved));
    missing.keySet().removeAll(settings.properties().keySet());
    return missing;
  }

  private WriteLayout layout(
      ExportDescription export,
      TableIdentifier identifier,
      boolean isNew,
      Table table,
      Schema schema,
      Publication publication) {
    io = table.io();
    return new WriteLayout(
        export.jobId(),
        identifier.toString(),
        isNew,
        table.uuid(),
        table.location(),
        schema,
        table.spec(),
        isNew ? table.properties() : settings.fileProperties(table.properties(), schema),
        settings.targetFileBytes(),
        writerBytes(export),
        publication,
        new Origin(
            TableSchema.of(export.table(), export.columns()),
            isNew ? Origin.UNKNOWN : Origin.sequenceNumber(table),
            Instant.now()));
  }

  private static long writerBytes(ExportDescription export) {
    return Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, export.concurrentTasks());
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    WriteLayout layout = WriteLayout.from(plan);
    return new IcebergTaskWriter(
        layout, new ParquetRows(layout, columns), io(layout), written, task);
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = WriteLayout.from(plan);
    written.mayBeCommitted(true);
    try {
      return new IcebergCommit(handle(), layout, io(layout)).run(outputs);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (StorageException e) {
      written.mayBeCommitted(false);
      throw e;
    }
  }

  @Override
  public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = WriteLayout.from(plan);
    try {
      if (layout.jobCommit(catalog()).find().isPresent()) {
        return List.of();
      }
      WholeFiles whole = new WholeFiles(io(layout));
      Set<String> damaged =
          whole.damages(DataFiles.of(outputs, layout.spec())).stream()
              .map(WholeFiles.Damage::location)
              .collect(Collectors.toSet());
      return outputs.stream()
          .filter(
              output ->
                  DataFiles.of(List.of(output), layout.spec()).stream()
                      .anyMatch(file -> damaged.contains(file.location())))
          .toList();
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          String.format(
              "It could not be found out whether the data files of the export %s are still in %s:"
                  + " %s; resume it later",
              layout.jobId(), layout.location(), e.getMessage()),
          e);
    }
  }

  /** The files may be those of a table that was renamed, and so are left alone. */
  @Override
  public int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    return clean(plan, committed);
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    WriteLayout layout = WriteLayout.from(plan);
    Set<String> names =
        DataFiles.of(kept, layout.spec()).stream()
            .map(file -> DataFileName.of(file.location()))
            .collect(Collectors.toSet());
    try {
      return new JobCleaning(catalog(), layout, io(layout), written).run(names);
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          String.format(
              "What the export %s has left in %s was not removed, since it could not be found out"
                  + " what the Iceberg table %s has: %s; try again later",
              layout.jobId(), layout.location(), layout.table(), e.getMessage()),
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

  /** The table's own file access; a session that did not plan asks the catalog for it. */
  private synchronized FileIO io(WriteLayout layout) {
    FileIO known = io;
    if (known == null) {
      known = table(layout).io();
      io = known;
    }
    return known;
  }

  /** The table as it is, or as it would be made, for getting at its storage. */
  private Table table(WriteLayout layout) {
    TableIdentifier identifier = TableIdentifier.parse(layout.table());
    if (!catalog().tableExists(identifier)) {
      try {
        return catalog()
            .buildTable(identifier, layout.schema())
            .withLocation(layout.location())
            .createTransaction()
            .table();
      } catch (AlreadyExistsException e) {
        LOG.debug("{} was made by somebody else just now", identifier);
      }
    }
    return catalog().loadTable(identifier);
  }
}
