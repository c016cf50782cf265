package io.ringhaul.internal.iceberg;

import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Local files, written durably: under a temporary name first, then forced to disk and renamed, so
 * that a file under its own name is always complete. Public only because Iceberg creates it by its
 * class name.
 */
public final class LocalFileIO implements SupportsPrefixOperations {

  private static final long serialVersionUID = 1;
  private static final String SCHEME = "file:";

  /** A scheme has two letters or more; a single letter may be a drive. */
  private static final Pattern OTHER_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

  /** Called by Iceberg through reflection. */
  public LocalFileIO() {}

  /** Returns the location of a path as table metadata contains it: {@code file:} and the path. */
  static String location(Path path) {
    return SCHEME + path.toAbsolutePath();
  }

  /** Returns whether the location has no scheme or the scheme {@code file:}. */
  static boolean isLocal(String location) {
    return location.startsWith(SCHEME) || !OTHER_SCHEME.matcher(location).lookingAt();
  }

  /** Returns the path of a location: {@code file:/a}, {@code file:///a} or {@code /a}. */
  static Path path(String location) {
    String path = location;
    if (path.startsWith(SCHEME)) {
      path = path.substring(SCHEME.length());
      if (path.startsWith("//")) {
        path = path.substring(2);
      }
    }
    return Path.of(path);
  }

  @Override
  public InputFile newInputFile(String location) {
    File file = path(location).toFile();
    return new LocatedInput(location, org.apache.iceberg.Files.localInput(file));
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new DurableOutputFile(location);
  }

  /** Deletes the file and an incomplete one under its temporary name. */
  @Override
  public void deleteFile(String location) {
    try {
      boolean temporary = Files.deleteIfExists(DurableOutputFile.temporary(path(location)));
      if (!Files.deleteIfExists(path(location)) && !temporary) {
        throw new NotFoundException("No such file: %s", location);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + location, e);
    }
  }

  /**
   * Returns all files whose locations begin with the prefix, including files that are being
   * written.
   */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    String base = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    Path folder = path(base);
    List<FileInfo> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String location =
                  base + folder.relativize(file).toString().replace(File.separatorChar, '/');
              if (location.startsWith(prefix)) {
                found.add(
                    new FileInfo(
                        location, attributes.size(), attributes.lastModifiedTime().toMillis()));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list " + prefix, e);
    }
    return found;
  }

  /** Deletes all files whose locations begin with the prefix; folders stay. */
  @Override
  public void deletePrefix(String prefix) {
    for (FileInfo file : listPrefix(prefix)) {
      deleteFile(file.location());
    }
  }

  /** Iceberg's local input file, with the requested location instead of the resolved path. */
  private record LocatedInput(String location, InputFile file) implements InputFile {
    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      return file.newStream();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }

  /** A local file that gets its name when it is complete and on disk. */
  static final class DurableOutputFile implements OutputFile {

    private static final int ATTEMPTS = 10;

    private final String location;
    private final Path path;

    DurableOutputFile(String location) {
      this.location = location;
      this.path = LocalFileIO.path(location).toAbsolutePath();
    }

    /** Returns the temporary path that a file is written to. */
    static Path temporary(Path path) {
      return DurableFiles.temporary(path);
    }

    @Override
    public PositionOutputStream create() {
      if (Files.exists(path)) {
        throw new AlreadyExistsException("The file already exists: %s", location);
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
            // JobCleaning of another export removed the folder while it was empty.
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

      /**
       * Runs a step and deletes the temporary file if it fails, because not every writer closes a
       * stream after a failure.
       */
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

    /** A step that may throw an {@link IOException}. */
    @FunctionalInterface
    private interface Step {
      void run() throws IOException;
    }

    /**
     * Writes to a file channel and records the time as {@link Stage#WRITE}. Does not close the
     * channel.
     */
    private static final class TimedOutput extends OutputStream {

      private final FileChannel channel;

      TimedOutput(FileChannel channel) {
        this.channel = channel;
      }

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
        WorkerClock.during(
            Stage.WRITE,
            () -> {
              while (rest.hasRemaining()) {
                channel.write(rest);
              }
            });
      }
    }
  }
}
