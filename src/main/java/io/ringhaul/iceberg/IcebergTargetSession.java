package io.ringhaul.iceberg;

import io.ringhaul.cql.TableSchema;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.parquet.IcebergTypes;
import io.ringhaul.schema.ColumnDescription;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An export to an Iceberg table at work. */
final class IcebergTargetSession implements TargetSession {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergTargetSession.class);

  /** The part of the heap that the row groups of all open files may fill together: a sixth. */
  private static final long HEAP_SHARE = 6;

  private final TargetSettings settings;
  private final WrittenFiles written = new WrittenFiles();
  private CatalogSource.@Nullable Handle handle;
  private @Nullable FileIO io;

  IcebergTargetSession(TargetSettings settings) {
    this.settings = settings;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    // What can be wrong with the request is looked at before a catalog is made on disk.
    Schema schema =
        IdentifierFields.in(
            IcebergTypes.schema(export.table(), export.columns(), settings.types()), export);
    TableIdentifier identifier = identifier(export);
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
        && new JobSnapshot(catalog(), identifier, publication.ref(), export.jobId().toString())
            .find()
            .isEmpty()) {
      throw new StorageException(
          identifier.toString(),
          String.format(
              "The Iceberg table %s exists, and mode CREATE writes to new tables only; choose"
                  + " APPEND or OVERWRITE, or another table",
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
            .withProperties(IdentifierFields.changedProperties(table.schema(), evolved))
            .withProperties(StoredSchema.changedProperty(table, export)));
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
        isNew ? table.properties() : settings.fileProperties(table.properties()),
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
      return new IcebergCommit(catalog(), layout, io(layout)).run(outputs);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (StorageException e) {
      written.mayBeCommitted(false);
      throw e;
    }
  }

  @Override
  public int clean(TargetPlan plan, List<TaskOutput> kept) {
    return clean(plan, kept, JobCleaning::run);
  }

  /** The files may be those of a table that was renamed, and so are left alone. */
  @Override
  public int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    return clean(plan, committed, JobCleaning::runCommitted);
  }

  private int clean(
      TargetPlan plan, List<TaskOutput> kept, ToIntBiFunction<JobCleaning, Set<String>> cleaning) {
    WriteLayout layout = WriteLayout.from(plan);
    Set<String> names =
        DataFiles.of(kept, layout.spec()).stream()
            .map(file -> DataFileName.of(file.location()))
            .collect(Collectors.toSet());
    try {
      return cleaning.applyAsInt(new JobCleaning(catalog(), layout, io(layout), written), names);
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

  private Catalog catalog() {
    CatalogSource.Handle opened = handle;
    if (opened == null) {
      opened = settings.catalog().open();
      handle = opened;
    }
    return opened.catalog();
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
