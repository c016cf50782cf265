package io.ringhaul.internal.rejects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fails an operation at the first row that the target cannot hold, or keeps all such rows. Each
 * task {@linkplain #openTask(int) keeps its own rows} until it is done. Thread-safe.
 */
public final class RejectedRows implements AutoCloseable {

  private final RejectOwner owner;
  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final RowKey rowKey;
  private final RejectLimit limit;
  private final @Nullable RejectFile file;

  /** Rejected rows of tasks that are done, including those of earlier runs. */
  private final AtomicLong committed;

  /** Rejected rows of all tasks, including running ones. */
  private final AtomicLong rejected;

  private final LongAdder read = new LongAdder();

  private RejectedRows(
      RejectSettings settings,
      RejectOwner owner,
      TableDescription table,
      List<ColumnDescription> columns,
      @Nullable RejectFile file,
      long rejectedBefore) {
    this.owner = owner;
    this.table = table;
    this.columns = columns;
    this.rowKey = new RowKey(table, columns);
    this.limit = settings.limit();
    this.file = file;
    this.committed = new AtomicLong(rejectedBefore);
    this.rejected = new AtomicLong(rejectedBefore);
  }

  /**
   * Starts without rejected rows.
   *
   * @param columns the columns in the order of a row's values
   * @throws io.ringhaul.exceptions.StorageException if the rejects file exists
   */
  public static RejectedRows begin(
      RejectSettings settings,
      RejectOwner owner,
      TableDescription table,
      List<ColumnDescription> columns) {
    RejectFile file = settings.path().map(path -> RejectFile.create(path, owner)).orElse(null);
    return new RejectedRows(settings, owner, table, columns, file, 0);
  }

  /**
   * Continues an earlier run of the job. Drops the lines of tasks that are not done from the
   * rejects file.
   *
   * @param columns the columns in the order of a row's values
   * @param rejected number of rejected rows of each task that is done, by task number
   * @throws io.ringhaul.exceptions.StorageException if the file does not belong to the job
   */
  public static RejectedRows resume(
      RejectSettings settings,
      RejectOwner owner,
      TableDescription table,
      List<ColumnDescription> columns,
      Map<Integer, Long> rejected) {
    RejectFile file =
        settings.path().map(path -> RejectFile.resume(path, owner, rejected)).orElse(null);
    long before = rejected.values().stream().mapToLong(Long::longValue).sum();
    return new RejectedRows(settings, owner, table, columns, file, before);
  }

  /**
   * Deletes the temporary files that a killed process left beside a rejects file; the rejects file
   * stays. No process may be working on the job.
   *
   * @param rejects the rejects file, which need not exist
   * @return number of deleted files
   * @throws io.ringhaul.exceptions.StorageException if a file cannot be deleted
   */
  public static int cleanLeftovers(Path rejects) {
    return RejectLeftovers.remove(rejects);
  }

  /** Returns the rejected rows of a task. */
  public TaskRejects openTask(int task) {
    return new TaskRejects(
        this,
        task,
        new TaskLines(
            () -> {
              if (file == null) {
                throw new IllegalStateException("Rows are not rejected");
              }
              return file.temporary();
            }));
  }

  /** Returns true if rows are rejected, false if the first such row fails the operation. */
  public boolean keeps() {
    return file != null;
  }

  /** Returns the rejects file. */
  public Optional<Path> path() {
    return Optional.ofNullable(file).map(RejectFile::path);
  }

  /**
   * Returns the number of rejected rows of tasks that are done, including those of earlier runs.
   */
  public long count() {
    return committed.get();
  }

  /** Counts rows read, for the limit on the share of rejected rows. */
  public void read(long rows) {
    read.add(rows);
  }

  /**
   * Checks the share of rejected rows after all rows were read.
   *
   * @throws io.ringhaul.exceptions.TooManyRejectsException if the share exceeds the limit
   */
  public void requireFew() {
    limit.requireShare(rejected.get(), read.sum(), path().map(Path::toString).orElse(""));
  }

  /**
   * Writes the rejected records to files beside the rejects file, in a form that can be corrected
   * and imported again. Replaces existing files.
   */
  public void writeRecords() {
    if (file != null) {
      new RecordFiles(file.path()).write(columns);
    }
  }

  /** Deletes the rejects file, because the operation left no result that it would belong to. */
  public void discard() {
    if (file != null) {
      file.discard();
    }
  }

  /** Closes the rejects file; its content stays. */
  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }

  void rejected(long rows) {
    limit.require(rejected.addAndGet(rows), read.sum(), path().map(Path::toString).orElse(""));
  }

  void committed(long rows) {
    committed.addAndGet(rows);
  }

  void append(TaskLines lines, LongConsumer checkpoint) {
    if (file == null) {
      checkpoint.accept(0);
    } else {
      file.append(lines, checkpoint);
    }
  }

  UnrepresentableValueException named(UnrepresentableValueException failure, RawRow row) {
    return rowKey.named(failure, row);
  }

  byte[] line(
      int task,
      BulkOperationException failure,
      Optional<SourceRecord> record,
      Optional<RawRow> row,
      String location,
      Optional<RecordForm> form) {
    ObjectNode line =
        Json.object()
            .put(RejectLine.JOB, owner.job().toString())
            .put(RejectLine.PARTITION, owner.partition().orElse(task))
            .put("table", table.toString());
    if (failure instanceof UnrepresentableValueException known && !known.column().isEmpty()) {
      line.put("column", known.column());
    }
    if (record.isPresent()) {
      line.put("source", record.get().source()).put(record.get().unit(), record.get().number());
    } else if (!location.isEmpty()) {
      line.put("source", location);
    }
    row.ifPresent(values -> line.put("key", rowKey.text(values)));
    line.put("reason", String.valueOf(failure.getMessage()));
    row.ifPresent(values -> line.set(RejectLine.VALUES, RejectLine.node(columns, values)));
    record
        .flatMap(SourceRecord::text)
        .ifPresent(
            text -> {
              line.set(RejectLine.RECORD, RejectLine.node(ByteBuffer.wrap(text)));
              form.ifPresent(known -> line.set(RejectLine.FORM, RejectLine.node(known)));
            });
    return RejectLine.bytes(line);
  }
}
