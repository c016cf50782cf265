package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.TableScanUtil;
import org.jspecify.annotations.Nullable;

/** An import from an Iceberg table at work. */
public final class IcebergSourceSession implements SourceSession {

  private static final int FORMAT_VERSION = 1;

  /** Small enough that a table of one file feeds several readers. */
  private static final long SPLIT_BYTES = 16L << 20;

  /** Below this a task would seldom hold a row group of its own. */
  private static final long LEAST_SPLIT_BYTES = 64L << 10;

  private static final String SCHEMA = "schema";
  private static final String TABLE = "table";

  private final CatalogSource source;
  private final Optional<TableIdentifier> name;
  private final ReadPoint point;
  private CatalogSource.@Nullable Handle handle;
  private @Nullable Table table;

  public IcebergSourceSession(
      CatalogSource source, Optional<TableIdentifier> name, ReadPoint point) {
    this.source = source;
    this.name = name;
    this.point = point;
  }

  @Override
  public Optional<TableSchema> schema(String keyspace, String targetTable) {
    TableIdentifier identifier = name.orElseGet(() -> TableIdentifier.of(keyspace, targetTable));
    return guarded(identifier, () -> StoredSchema.in(load(identifier)));
  }

  @Override
  public SourcePlan plan(TableDescription target, List<String> columns, OptionalInt taskCount) {
    TableIdentifier identifier =
        name.orElseGet(() -> TableIdentifier.of(target.keyspace(), target.name()));
    return guarded(
        identifier, () -> plan(identifier, load(identifier), target, columns, taskCount));
  }

  /** The id of the snapshot that is read now; empty if there is none. */
  public String position(TableIdentifier identifier) {
    return guarded(
        identifier,
        () -> {
          Table loaded = load(identifier);
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
          "The Iceberg table " + identifier + " cannot be read: " + e.getMessage(),
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
    Schema schema = state.schema();
    List<String> selected = select(identifier, schema, target, columns);
    return new SourcePlan(
        FORMAT_VERSION,
        WriteLayout.FORMAT,
        identifier + " in " + opened.location(),
        selected,
        Map.of(TABLE, identifier.toString(), SCHEMA, SchemaParser.toJson(schema)),
        tasks(identifier, () -> state.files(selected), taskCount));
  }

  @Override
  public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask sourceTask) {
    Schema schema = SchemaParser.fromJson(plan.properties().get(SCHEMA));
    return new IcebergRowReader(planned(plan), schema, plan, sourceTask, columns);
  }

  @Override
  public void close() {
    if (handle != null) {
      handle.close();
    }
  }

  /** The table that was planned; a session that did not plan asks the catalog for it. */
  private synchronized Table planned(SourcePlan plan) {
    Table known = table;
    if (known != null) {
      return known;
    }
    TableIdentifier identifier =
        TableIdentifier.parse(Objects.requireNonNull(plan.properties().get(TABLE)));
    return guarded(identifier, () -> load(identifier));
  }

  private Table load(TableIdentifier identifier) {
    CatalogSource.Handle opened = handle;
    if (opened == null) {
      opened = source.open();
      handle = opened;
    }
    try {
      Table loaded = opened.catalog().loadTable(identifier);
      table = loaded;
      return loaded;
    } catch (NoSuchTableException e) {
      throw new StorageException(
          identifier.toString(),
          "The catalog has no Iceberg table "
              + identifier
              + "; name it with "
              + Setting.TABLE.callWithValue(),
          e);
    }
  }

  private static List<String> select(
      TableIdentifier identifier, Schema schema, TableDescription target, List<String> asked) {
    List<String> problems = new ArrayList<>();
    List<String> selected = new ArrayList<>();
    List<ColumnDescription> candidates = target.select(asked);
    for (ColumnDescription column : candidates) {
      NestedField field = schema.asStruct().field(column.name());
      if (field != null) {
        selected.add(column.name());
        IcebergCompatibility.importProblem(column.type(), field.type())
            .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
      } else if (!asked.isEmpty() || column.isPrimaryKey()) {
        problems.add("it has no column " + column.name());
      }
    }
    if (asked.isEmpty()) {
      for (NestedField field : schema.columns()) {
        if (target.column(field.name()).isEmpty()) {
          problems.add(
              "its column " + field.name() + " has no place there; select columns to leave it out");
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

  private static List<SourceTask> tasks(
      TableIdentifier identifier,
      Supplier<CloseableIterable<FileScanTask>> files,
      OptionalInt taskCount) {
    List<SourceTask> tasks = new ArrayList<>();
    long splitBytes = taskCount.isPresent() ? bytes(files) / taskCount.getAsInt() : SPLIT_BYTES;
    try (CloseableIterable<FileScanTask> scanTasks =
        TableScanUtil.splitFiles(files.get(), Math.max(LEAST_SPLIT_BYTES, splitBytes))) {
      for (FileScanTask task : scanTasks) {
        if (task.file().format() != FileFormat.PARQUET) {
          throw new StorageException(
              identifier.toString(),
              String.format(
                  "The Iceberg table %s holds %s files; only Parquet can be read: rewrite its data"
                      + " files",
                  identifier, task.file().format()),
              null);
        }
        tasks.add(
            new SourceTask(tasks.size(), task.length(), List.of(ScanTaskParser.toJson(task))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tasks;
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
}
