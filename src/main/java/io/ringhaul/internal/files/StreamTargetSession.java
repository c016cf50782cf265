package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableSchema;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A running export to a stream. All tasks share one writer, so that the stream has the form of one
 * file: one header, and whole rows of the tasks in any order. A slow reader of the stream blocks
 * the tasks, which then request no more pages. Rows that are written cannot be taken back.
 */
final class StreamTargetSession implements TargetSession {

  private static final int FORMAT_VERSION = 1;

  /** The name of the stream in messages. */
  private static final String NAME = "the output stream";

  private final TargetStream target;
  private final OutputFormat format;
  private final CountedOutput counted;

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable PartWriter writer;
  private @Nullable OutputStream content;
  private @Nullable StorageException failure;

  StreamTargetSession(TargetStream target, OutputFormat format) {
    this.target = target;
    this.format = format;
    this.counted = new CountedOutput(target.out());
  }

  @Override
  public Map<String, String> types(ExportDescription export) {
    return format.types(export);
  }

  /** Begins the stream with its header, most of which stays buffered. */
  @Override
  public TargetPlan plan(ExportDescription export) {
    Map<String, String> properties = format.properties(export);
    PartWriter begun =
        format.writer(
            new WriterContext(
                TableSchema.of(export.table(), export.columns()),
                export.columns(),
                properties,
                target.compression(),
                Long.MAX_VALUE,
                0));
    writer = begun;
    try {
      OutputStream compressed = Compressions.compress(target.compression(), counted);
      content = compressed;
      begun.begin(compressed);
    } catch (IOException e) {
      throw failure(e);
    }
    return new TargetPlan(FORMAT_VERSION, format.name(), NAME, properties);
  }

  @Override
  public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
    return new StreamTaskWriter(task);
  }

  /** Ends the content and flushes the stream, which its owner closes. */
  @Override
  public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
    lock.lock();
    try (OutputStream ends = content) {
      if (writer != null) {
        writer.end();
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      lock.unlock();
    }
    counted.ended = true;
    return new CommitResult(NAME, 1, counted.bytes, OptionalLong.empty());
  }

  /** Releases the writer and the compressor of a failed export without writing more. */
  @Override
  public void close() {
    counted.ended = true;
    try (PartWriter ends = writer;
        OutputStream content = this.content) {
      // Closes the content, then the writer.
    } catch (IOException e) {
      // Nothing is written, so nothing is lost.
    }
  }

  private StorageException failure(IOException e) {
    return new StorageException(NAME, "Writing to " + NAME + " failed: " + StorageTrouble.of(e), e);
  }

  private void write(RawRow row) {
    if (!lock.tryLock()) {
      // Another task writes, and waits if the reader of the stream is slow.
      WorkerClock.during(Stage.WRITE, lock::lock);
    }
    try {
      if (failure != null) {
        // The stream ends within a row, so nothing may follow.
        throw failure;
      }
      if (writer != null) {
        writer.write(row);
      }
    } catch (IOException e) {
      failure = failure(e);
      throw failure;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the rows of one task. */
  private final class StreamTaskWriter implements TaskWriter {

    private final int task;
    private long rows;

    StreamTaskWriter(int task) {
      this.task = task;
    }

    @Override
    public void write(RawRow row) {
      StreamTargetSession.this.write(row);
      rows++;
    }

    @Override
    public TaskOutput finish() {
      return new TaskOutput(task, rows, 0, List.of());
    }

    @Override
    public void close() {
      // The session ends the stream.
    }
  }

  /** Counts bytes, and flushes the stream instead of closing it. */
  private static final class CountedOutput extends FilterOutputStream {

    private long bytes;
    private volatile boolean ended;

    CountedOutput(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      if (!ended) {
        WorkerClock.during(Stage.WRITE, () -> out.write(source, offset, length));
        bytes += length;
      }
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        out.flush();
      }
    }
  }
}
