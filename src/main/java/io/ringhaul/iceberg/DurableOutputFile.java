package io.ringhaul.iceberg;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** A local file that appears under its name when it is whole and on disk, and not before. */
final class DurableOutputFile implements OutputFile {

  private final String location;
  private final Path path;

  DurableOutputFile(String location) {
    this.location = location;
    this.path = LocalFileIO.path(location).toAbsolutePath();
  }

  /** The name under which a file is written. */
  static Path temporary(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".tmp");
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
      createFolder(folder());
      return new Stream(
          FileChannel.open(
              temporary(path),
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE));
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

  private Path folder() {
    Path folder = path.getParent();
    return folder == null ? path.getRoot() : folder;
  }

  /** A new folder is only there after a crash if the folder above it is forced to disk. */
  private static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolder(parent);
    }
    Files.createDirectories(folder);
    if (parent != null) {
      force(parent);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private final class Stream extends PositionOutputStream {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final FileChannel channel;
    private final OutputStream buffer;
    private long position;
    private boolean closed;

    private Stream(FileChannel channel) {
      this.channel = channel;
      this.buffer = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      buffer.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      buffer.write(bytes, offset, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      buffer.flush();
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try (channel) {
        buffer.flush();
        channel.force(true);
      }
      Files.move(temporary(path), path, StandardCopyOption.ATOMIC_MOVE);
      force(folder());
    }
  }
}
