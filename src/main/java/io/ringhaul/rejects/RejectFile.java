package io.ringhaul.rejects;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The file of rejected rows, one line each. It grows by the lines of one task at a time, durably,
 * and is made with its first line. An interrupt does not touch it. Thread-safe.
 */
final class RejectFile implements AutoCloseable {

  private final Path path;
  private @Nullable RandomAccessFile file;
  private long length;
  private boolean made;
  private boolean ended;

  private RejectFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * A new file.
   *
   * @throws StorageException if there is such a file, so that rejects of two runs do not mix, or if
   *     its folder is missing or cannot be written to
   */
  static RejectFile create(Path path) {
    RejectFile created = new RejectFile(path);
    if (Files.exists(created.path)) {
      throw new StorageException(
          created.path.toString(),
          "The file for rejected rows " + created.path + " exists already; name another one",
          null);
    }
    created.requireFolder();
    return created;
  }

  /**
   * The file of an earlier run. What is behind its last checkpoint is cut off: it belongs to tasks
   * that are done again.
   *
   * @param bytes the length at the last checkpoint
   * @param start how each line of such a file begins
   * @throws StorageException if the file is not the one that the checkpoint was made of
   */
  static RejectFile resume(Path path, long bytes, String start) {
    RejectFile resumed = new RejectFile(path);
    resumed.requireFolder();
    resumed.removeTemporaryFiles();
    if (Files.exists(resumed.path)) {
      resumed.cutTo(bytes, start.getBytes(StandardCharsets.UTF_8));
    } else if (bytes > 0) {
      throw resumed.notTheFile("it is missing");
    }
    return resumed;
  }

  Path path() {
    return path;
  }

  /**
   * Adds lines, durably, and makes a checkpoint of the length that the file has then, before any
   * other task can add more.
   */
  synchronized void append(TaskLines lines, LongConsumer checkpoint) {
    if (ended) {
      throw new IllegalStateException("The file for rejected rows is closed");
    }
    if (!lines.isEmpty()) {
      try {
        RandomAccessFile open = open();
        open.seek(length);
        lines.writeTo(open);
        open.getFD().sync();
        length = open.getFilePointer();
      } catch (IOException e) {
        throw failed(path, e);
      }
    }
    checkpoint.accept(length);
  }

  /** Removes the file, if this object made it. */
  synchronized void discard() {
    close();
    if (made) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw failed(path, e);
      }
    }
  }

  @Override
  public synchronized void close() {
    ended = true;
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw failed(path, e);
      }
    }
  }

  /** Where the lines of a task may wait that are too many for memory. */
  Path temporary() {
    try {
      return Files.createTempFile(folder(), temporaryPrefix(), ".tmp");
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  static StorageException failed(Path path, IOException e) {
    return new StorageException(
        path.toString(), "Rejected rows cannot be written to " + path + ": " + e, e);
  }

  private RandomAccessFile open() throws IOException {
    RandomAccessFile open = file;
    if (open == null) {
      if (length == 0) {
        Files.createFile(path);
        made = true;
        try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
          folder.force(true);
        }
      }
      open = new RandomAccessFile(path.toFile(), "rw");
      file = open;
    }
    return open;
  }

  private void cutTo(long bytes, byte[] start) {
    try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
      if (open.length() < bytes) {
        throw notTheFile(
            String.format("it has %d bytes and had %d at the checkpoint", open.length(), bytes));
      }
      byte[] found = new byte[(int) Math.min(start.length, open.length())];
      open.readFully(found);
      if (!Arrays.equals(found, Arrays.copyOf(start, found.length))) {
        throw notTheFile("its lines are of another kind or table");
      }
      if (bytes > 0) {
        open.seek(bytes - 1);
        if (open.read() != '\n') {
          throw notTheFile("no line ends where the checkpoint was made");
        }
      }
      open.setLength(bytes);
      open.getFD().sync();
      length = bytes;
    } catch (IOException e) {
      throw failed(path, e);
    }
    if (bytes == 0) {
      removeEmpty();
    }
  }

  private void removeEmpty() {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private void removeTemporaryFiles() {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(
            folder(),
            entry -> {
              String name = entry.getFileName().toString();
              return name.startsWith(temporaryPrefix()) && name.endsWith(".tmp");
            })) {
      for (Path each : left) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private String temporaryPrefix() {
    return "." + path.getFileName() + ".";
  }

  private Path folder() {
    return Objects.requireNonNull(path.getParent());
  }

  private void requireFolder() {
    if (!Files.isDirectory(folder()) || !Files.isWritable(folder())) {
      throw new StorageException(
          path.toString(),
          String.format(
              "Rejected rows cannot be written to %s: %s is not a folder that can be written to",
              path, folder()),
          null);
    }
  }

  private StorageException notTheFile(String why) {
    return new StorageException(
        path.toString(),
        String.format(
            "%s is not the file in which the job has kept its rejected rows: %s. Name or bring back"
                + " the file that the job began with, or begin a new job",
            path, why),
        null);
  }
}
