package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import java.util.List;
import java.util.TreeSet;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/** The state of a table that an import reads: its schema and its files. */
final class SourceState {

  /** Finds the files, given the columns that are read. */
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
   * Finds the state.
   *
   * @throws StorageException if the table does not have it
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
      // A branch has the table's current columns, as the main one does.
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

  /** The files to read, with the deletes that apply to them. */
  CloseableIterable<FileScanTask> files(List<String> columns) {
    return files.plan(columns);
  }

  /** Time travel reads the columns as they were. */
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
                "Snapshot %d is no ancestor of snapshot %d of the Iceberg table %s, or snapshots"
                    + " between them have expired; import a whole snapshot instead",
                from, to, table.name()),
            null);
      }
      String operation = String.valueOf(snapshot.operation());
      // A replace rewrites files and leaves the rows as they are.
      if (!operation.equals(DataOperations.APPEND) && !operation.equals(DataOperations.REPLACE)) {
        throw new StorageException(
            table.name(),
            String.format(
                "The changes of the Iceberg table %s from snapshot %d to %d cannot be imported:"
                    + " snapshot %d between them is of the kind %s, which takes rows away, and an"
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
