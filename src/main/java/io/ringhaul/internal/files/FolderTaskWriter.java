package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one task to part files that are not published yet. A file that reaches the
 * maximum size is ended and the next one begun. Only the first task writes a file without rows, for
 * the case that the whole export is empty.
 */
final class FolderTaskWriter implements TaskWriter {

  private static final int FIRST_TASK = 0;

  private final FolderPlan plan;
  private final TargetFiles target;
  private final String suffix;
  private final PartWriter writer;
  private final boolean compressesItself;
  private final int task;

  private final String attempt = PartName.newAttempt();

  private final List<PartFile> files = new ArrayList<>();
  private @Nullable Open current;
  private boolean finished;

  FolderTaskWriter(
      FolderPlan plan, TargetFiles target, OutputFormat format, PartWriter writer, int task) {
    this.plan = plan;
    this.target = target;
    this.writer = writer;
    this.task = task;
    this.compressesItself = format.compressesItself();
    this.suffix =
        "."
            + format.extension()
            + (compressesItself ? "" : Compressions.suffix(plan.folder().compression()));
  }

  @Override
  public void write(RawRow row) {
    try {
      Open file = current == null ? open() : current;
      writer.write(row);
      file.rows++;
      if (file.output.bytes() + writer.bufferedBytes() >= plan.folder().maxFileBytes()) {
        end(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw failure(e);
    }
  }

  @Override
  public long bytes() {
    long ended = files.stream().mapToLong(PartFile::bytes).sum();
    return current == null ? ended : ended + current.output.bytes() + writer.bufferedBytes();
  }

  @Override
  public TaskOutput finish() {
    try {
      if (task == FIRST_TASK && files.isEmpty() && current == null) {
        open();
      }
      // A file whose only row was rejected is empty and is deleted.
      if (current != null && current.rows == 0 && !(task == FIRST_TASK && files.isEmpty())) {
        abandon(current);
      } else if (current != null) {
        end(current);
      }
    } catch (IOException | UncheckedIOException e) {
      throw failure(e);
    }
    finished = true;
    return new TaskOutput(
        task,
        files.stream().mapToLong(PartFile::rows).sum(),
        files.stream().mapToLong(PartFile::bytes).sum(),
        files.stream().map(file -> ManifestJson.node(file).toString()).toList());
  }

  @Override
  public void close() {
    try (writer) {
      if (!finished) {
        if (current != null) {
          abandon(current);
        }
        for (PartFile file : files) {
          target.delete(plan, file.name());
        }
      }
    } catch (IOException e) {
      // The user sees the original failure; cleaning removes all files of the export.
    }
  }

  private Open open() throws IOException {
    String name = PartName.of(plan.jobId(), task, files.size(), attempt, suffix);
    PartOutput output = new PartOutput(target.create(plan, name));
    Open file =
        new Open(
            name,
            output,
            compressesItself ? output : Compressions.compress(plan.folder().compression(), output));
    current = file;
    writer.begin(file.content);
    return file;
  }

  private void end(Open file) throws IOException {
    writer.end();
    file.content.close();
    files.add(
        new PartFile(
            file.name,
            file.rows,
            file.output.bytes(),
            file.output.sha256(),
            file.output.version()));
    current = null;
  }

  private void abandon(Open file) throws IOException {
    current = null;
    file.output.abandon();
    try {
      file.content.close();
    } catch (IOException e) {
      // Closing only releases memory: the file that the footer would go to is deleted.
    }
  }

  private StorageException failure(Exception e) {
    return new StorageException(
        plan.folder().location(),
        "Writing to " + plan.folder().location() + " failed: " + StorageTrouble.of(e),
        e);
  }

  /** A part file that is being written. */
  private static final class Open {
    private final String name;
    private final PartOutput output;
    private final OutputStream content;
    private long rows;

    private Open(String name, PartOutput output, OutputStream content) {
      this.name = name;
      this.output = output;
      this.content = content;
    }
  }

  /** Writes a file through a buffer, counts its bytes and computes its checksum. */
  private static final class PartOutput extends OutputStream {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final PartSink sink;
    private final MessageDigest digest = Checksums.newDigest();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long bytes;
    private String version = "";
    private boolean closed;

    PartOutput(PartSink sink) {
      this.sink = sink;
    }

    /** Returns the bytes written so far, with those in the buffer. */
    long bytes() {
      return bytes;
    }

    /** Returns the SHA-256 checksum; valid after {@link #close}. */
    String sha256() {
      return HexFormat.of().formatHex(digest.digest());
    }

    /** Returns the entity tag of an object, or nothing; valid after {@link #close}. */
    String version() {
      return version;
    }

    @Override
    public void write(int b) throws IOException {
      if (buffered == BUFFER_BYTES) {
        drain();
      }
      buffer[buffered++] = (byte) b;
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      int from = offset;
      int left = length;
      while (left > 0) {
        if (buffered == BUFFER_BYTES) {
          drain();
        }
        int chunk = Math.min(left, BUFFER_BYTES - buffered);
        System.arraycopy(source, from, buffer, buffered, chunk);
        buffered += chunk;
        from += chunk;
        left -= chunk;
      }
      bytes += length;
    }

    /** Does nothing: the file is not read before it is closed. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      drain();
      WorkerClock.during(
          Stage.WRITE,
          () -> {
            version = sink.complete();
          });
    }

    /** Closes and deletes the incomplete file. */
    void abandon() throws IOException {
      closed = true;
      sink.abandon();
    }

    private void drain() throws IOException {
      digest.update(buffer, 0, buffered);
      WorkerClock.during(Stage.WRITE, () -> sink.write(buffer, buffered));
      buffered = 0;
    }
  }
}
