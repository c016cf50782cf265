package io.ringhaul.internal.iceberg;

import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A local file that appears under its name when it is whole and on disk, and not before. */
final class DurableOutputFile implements OutputFile {

  private static final int ATTEMPTS = 10;

  private final String location;
  private final Path path;

  DurableOutputFile(String location) {
    this.location = location;
    this.path = LocalFileIO.path(location).toAbsolutePath();
  }

  /** The name under which a file is written. */
  static Path temporary(Path path) {
    return DurableFiles.temporary(path);
  }

  @Override
  public PositionOutputStream create() {
    if (Files.exists(path)) {
      throw new AlreadyExistsException("The file is already there: %s", location);
    }
    return createOrOverwrite();
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    try {
      for (int attempt = 1; ; attempt++) {
        DurableFiles.createFolder(DurableFiles.parent(path));
        try {
          return new Stream(
              FileChannel.open(
                  temporary(path),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE));
        } catch (NoSuchFileException e) {
          // Somebody has removed the folder since it was empty: see EmptyFolders.
          if (attempt == ATTEMPTS) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create " + location, e);
    }
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public InputFile toInputFile() {
    return new LocalFileIO().newInputFile(location);
  }

  private final class Stream extends PositionOutputStream {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final FileChannel channel;
    private final OutputStream buffer;
    private long position;
    private boolean closed;

    private Stream(FileChannel channel) {
      this.channel = channel;
      this.buffer = new BufferedOutputStream(new TimedOutput(channel), BUFFER_BYTES);
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      guarded(() -> buffer.write(b));
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      guarded(() -> buffer.write(bytes, offset, length));
      position += length;
    }

    @Override
    public void flush() throws IOException {
      guarded(buffer::flush);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      guarded(
          () -> {
            buffer.flush();
            WorkerClock.during(Stage.WRITE, () -> channel.force(true));
          });
      closed = true;
      channel.close();
      WorkerClock.during(Stage.WRITE, () -> DurableFiles.rename(temporary(path), path));
    }

    /** A file that cannot become whole goes at once: not every writer closes one that failed. */
    private void guarded(Step step) throws IOException {
      try {
        step.run();
      } catch (IOException e) {
        closed = true;
        try (channel) {
          Files.deleteIfExists(temporary(path));
        } catch (IOException leftover) {
          e.addSuppressed(leftover);
        }
        throw e;
      }
    }
  }

  /** A step that may fail. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
