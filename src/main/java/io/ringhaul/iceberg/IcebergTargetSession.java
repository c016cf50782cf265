package io.ringhaul.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.parquet.IcebergTypes;
import io.ringhaul.schema.ColumnDescription;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/** An export to an Iceberg table at work. */
final class IcebergTargetSession implements TargetSession {

  /** The part of the heap that the row groups of all open files may fill together: a sixth. */
  private static final long HEAP_SHARE = 6;

  private final CatalogSource source;
  private final Optional<TableIdentifier> name;
  private final List<PartitionExpression> partitioning;
  private final long targetFileBytes;
  private CatalogSource.@Nullable Handle handle;
  private @Nullable FileIO io;

  IcebergTargetSession(
      CatalogSource source,
      Optional<TableIdentifier> name,
      List<PartitionExpression> partitioning,
      long targetFileBytes) {
    this.source = source;
    this.name = name;
    this.partitioning = partitioning;
    this.targetFileBytes = targetFileBytes;
  }

  @Override
  public TargetPlan plan(ExportDescription export) {
    // What can be wrong with the request is looked at before a catalog is made on disk.
    Schema schema = IcebergTypes.schema(export.table(), export.columns());
    TableIdentifier identifier =
        name.orElseGet(() -> TableIdentifier.of(export.table().keyspace(), export.table().name()));
    long writerBytes =
        Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, export.concurrentTasks());
    PartitionSpec spec = PartitionExpression.bind(partitioning, schema);
    Catalog catalog = catalog();
    try {
      Table table;
      boolean isNew = !catalog.tableExists(identifier);
      if (isNew) {
        table =
            catalog
                .buildTable(identifier, schema)
                .withPartitionSpec(spec)
                .withProperties(NewTable.properties(export, targetFileBytes))
                .createTransaction()
                .table();
      } else {
        table = catalog.loadTable(identifier);
        ExistingTable.requireFit(table, export.columns(), partitioning);
      }
      io = table.io();
      return WriteLayout.of(
              export.jobId(), identifier.toString(), isNew, table, targetFileBytes, writerBytes)
          .toPlan();
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
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    WriteLayout layout = WriteLayout.from(plan);
    return new IcebergTaskWriter(layout, new ParquetRows(layout, columns), io(layout), task);
  }

  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = WriteLayout.from(plan);
    return new IcebergCommit(catalog(), layout, io(layout)).run(outputs);
  }

  @Override
  public void discard(TargetPlan plan, List<TaskOutput> outputs) {
    WriteLayout layout = WriteLayout.from(plan);
    DataFiles.delete(io(layout), DataFiles.of(outputs, layout.spec()));
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
      opened = source.open();
      handle = opened;
    }
    return opened.catalog();
  }

  /** The table's own file access; a session that did not plan asks the catalog for it. */
  private synchronized FileIO io(WriteLayout layout) {
    FileIO known = io;
    if (known == null) {
      TableIdentifier identifier = TableIdentifier.parse(layout.table());
      known =
          layout.isNew() && !catalog().tableExists(identifier)
              ? catalog().buildTable(identifier, layout.schema()).createTransaction().table().io()
              : catalog().loadTable(identifier).io();
      io = known;
    }
    return known;
  }
}
