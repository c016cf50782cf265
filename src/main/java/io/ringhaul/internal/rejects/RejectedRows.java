package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fails an operation at its first row that the other side cannot hold, or keeps all of them. Each
 * task {@linkplain #openTask(int) keeps its own} until it is done. Thread-safe.
 */
public final class RejectedRows implements AutoCloseable {

  private final RejectOwner owner;
  private final TableDescription table;
  private final List<ColumnDescription> columns;
  private final RowKey rowKey;
  private final RejectLimit limit;
  private final @Nullable RejectFile file;

  /** Of tasks that are done, here and in earlier runs. */
  private final AtomicLong committed;

  /** Those of tasks under way as well. */
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
   * Begins with none.
   *
   * @param columns the columns in the order in which rows carry them
   * @throws io.ringhaul.exceptions.StorageException if there is a file of rejects already
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
   * Goes on after an earlier run of the job: what its file holds of tasks that are not done is
   * dropped.
   *
   * @param columns the columns in the order in which rows carry them
   * @param rejected how many rows each task that is done has rejected, by the tasks' numbers
   * @throws io.ringhaul.exceptions.StorageException if the file is not that of the job
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
   * Removes temporary files that a killed process has left beside a file of rejects, which stays.
   * Only for the rejects of a job that nobody works on.
   *
   * @param rejects the file of rejects, which need not exist
   * @return how many files were removed
   * @throws io.ringhaul.exceptions.StorageException if they cannot be removed
   */
  public static int cleanLeftovers(Path rejects) {
    return RejectLeftovers.remove(rejects);
  }

  /** For the rows of the task of that number. */
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

  /** Whether rows are rejected; if not, the first one fails the operation. */
  public boolean keeps() {
    return file != null;
  }

  /** Where rejected rows are kept. */
  public Optional<Path> path() {
    return Optional.ofNullable(file).map(RejectFile::path);
  }

  /** How many rows were rejected by tasks that are done, those of earlier runs among them. */
  public long count() {
    return committed.get();
  }

  /** Counts rows that were read, for the limit on the share of rejected ones. */
  public void read(long rows) {
    read.add(rows);
  }

  /**
   * Looks at the share of rejected rows when all are read.
   *
   * @throws io.ringhaul.exceptions.TooManyRejectsException if it is more than allowed
   */
  public void requireFew() {
    limit.requireShare(rejected.get(), read.sum(), path().map(Path::toString).orElse(""));
  }

  /**
   * Makes files of the records of rejected rows beside the file that tells the reasons, in a form
   * that can be corrected and imported again; replaces those that are there.
   */
  public void writeRecords() {
    if (file != null) {
      new RecordFiles(file.path()).write(columns);
    }
  }

  /** Takes the file back, since the operation left nothing behind that it would belong to. */
  public void discard() {
    if (file != null) {
      file.discard();
    }
  }

  /** Closes the file; what it holds by then stays. */
  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }

  void rejected() {
    limit.require(rejected.incrementAndGet(), read.sum(), path().map(Path::toString).orElse(""));
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
    JsonLine line = owner.start(task).put("table", table.toString());
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
    row.ifPresent(values -> line.putHex(RecordFiles.VALUES, columns, values));
    record
        .flatMap(SourceRecord::text)
        .ifPresent(
            text -> {
              line.putText(RecordFiles.RECORD, text);
              form.ifPresent(known -> line.putForm(RecordFiles.FORM, known));
            });
    return line.end();
  }
}
