package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The file of rejected rows, one line each. It grows by the lines of one task at a time, durably,
 * and is made with its first line. An interrupt does not touch it. Thread-safe.
 */
final class RejectFile implements AutoCloseable {

  private final Path path;
  private final RejectOwner owner;
  private @Nullable RandomAccessFile file;
  private long length;
  private boolean made;

  /** Whether there may be more in it than its length: lines that could not be written whole. */
  private boolean torn;

  private boolean ended;

  private RejectFile(Path path, RejectOwner owner) {
    this.path = path.toAbsolutePath();
    this.owner = owner;
  }

  /**
   * A new file.
   *
   * @throws StorageException if there is such a file, so that rejects of two jobs do not mix, or if
   *     its folder is missing or cannot be written to
   */
  static RejectFile create(Path path, RejectOwner owner) {
    RejectFile created = new RejectFile(path, owner);
    if (Files.exists(created.path)) {
      throw existsAlready(created.path);
    }
    created.requireFolder();
    new RecordFiles(created.path).requireNone();
    return created;
  }

  /**
   * The file of earlier runs of the job. Lines of tasks that are not done are dropped: these are
   * done again.
   *
   * @param rejected how many rows each task that is done has rejected
   * @throws StorageException if the file is not that of the job
   */
  static RejectFile resume(Path path, RejectOwner owner, Map<Integer, Long> rejected) {
    RejectFile resumed = new RejectFile(path, owner);
    resumed.requireFolder();
    EarlierRejects earlier = EarlierRejects.read(resumed.path, owner, rejected);
    RecordFiles records = new RecordFiles(resumed.path);
    if (earlier.exists()) {
      records.delete();
    } else {
      records.requireNone();
    }
    RejectLeftovers.remove(resumed.path);
    resumed.length = earlier.keepDone();
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
      owner.fence().run();
      write(lines);
      // They are there whatever becomes of the checkpoint, and a resume tells by it whether they
      // count.
      lines.written();
    }
    checkpoint.accept(length);
  }

  private void write(TaskLines lines) {
    try {
      RandomAccessFile open = open();
      if (open.length() != length) {
        if (!torn) {
          throw new IOException("it has " + open.length() + " bytes, and should have " + length);
        }
        open.setLength(length);
      }
      torn = true;
      open.seek(length);
      lines.writeTo(open);
      open.getFD().sync();
      length = open.getFilePointer();
      torn = false;
    } catch (IOException e) {
      StorageException failure = failed(path, e);
      cutOff(failure);
      throw failure;
    }
  }

  /** Takes back what was written of lines that could not be written whole. */
  private void cutOff(StorageException failure) {
    RandomAccessFile open = file;
    if (!torn || open == null) {
      return;
    }
    try {
      open.setLength(length);
      torn = false;
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
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
    return RejectLeftovers.create(path);
  }

  static StorageException existsAlready(Path path) {
    return new StorageException(
        path.toString(),
        "The file for rejected rows " + path + " exists already; name another one",
        null);
  }

  static StorageException failed(Path path, IOException e) {
    return new StorageException(
        path.toString(), "Rejected rows cannot be written to " + path + ": " + e, e);
  }

  private RandomAccessFile open() throws IOException {
    RandomAccessFile open = file;
    if (open == null) {
      if (length == 0 && !made) {
        OwnerOnly.createFile(path);
        made = true;
      }
      if (made) {
        forceFolder();
      }
      open = new RandomAccessFile(path.toFile(), "rw");
      file = open;
    }
    return open;
  }

  private void forceFolder() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          DurableFiles.force(folder());
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
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
}
