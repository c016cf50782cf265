package io.ringhaul.rejects;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file of rejected rows, one line each. It is made with its first line. Thread-safe. */
final class RejectFile implements AutoCloseable {

  private final Path path;
  private @Nullable FileChannel channel;
  private boolean ended;

  /**
   * @throws StorageException if there is such a file, so that rejects of two runs do not mix, or if
   *     its folder is missing or cannot be written to
   */
  RejectFile(Path path) {
    this.path = path.toAbsolutePath();
    if (Files.exists(this.path)) {
      throw new StorageException(
          this.path.toString(),
          "The file for rejected rows " + this.path + " exists already; name another one",
          null);
    }
    Path folder = Objects.requireNonNull(this.path.getParent());
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new StorageException(
          this.path.toString(),
          String.format(
              "Rejected rows cannot be written to %s: %s is not a folder that can be written to",
              this.path, folder),
          null);
    }
  }

  /** Adds a line. Rejects are few: each goes straight to the operating system. */
  synchronized void write(byte[] line) {
    if (ended) {
      throw new IllegalStateException("The file for rejected rows is closed");
    }
    try {
      FileChannel open = channel;
      if (open == null) {
        open = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel = open;
      }
      ByteBuffer bytes = ByteBuffer.wrap(line);
      while (bytes.hasRemaining()) {
        open.write(bytes);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Makes the file durable, if there is one. */
  synchronized void finish() {
    if (channel == null) {
      return;
    }
    try {
      channel.force(true);
      try (FileChannel folder =
          FileChannel.open(Objects.requireNonNull(path.getParent()), StandardOpenOption.READ)) {
        folder.force(true);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Removes the file, if this object made it. */
  synchronized void discard() {
    boolean made = channel != null;
    close();
    if (made) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private StorageException failed(IOException e) {
    return new StorageException(
        path.toString(), "Rejected rows cannot be written to " + path + ": " + e, e);
  }
}
