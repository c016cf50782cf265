package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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

  /**
   * The file of rejects that earlier runs of a job have left. Its lines say which task rejected
   * them, so that those of tasks that are to be done again can be dropped, wherever they stand.
   */
  private static final class EarlierRejects {

    private final Path path;
    private final RejectOwner owner;

    /** How many rows each task that is done has rejected; those that have rejected any. */
    private final Map<Integer, Long> done = new TreeMap<>();

    private final Map<Integer, Long> found = new TreeMap<>();
    private boolean exists;

    /** Where the last line of a task that is done ends. */
    private long lastEnd;

    /** Whether another line comes before one of a task that is done. */
    private boolean isMixed;

    private EarlierRejects(Path path, RejectOwner owner, Map<Integer, Long> rejected) {
      this.path = path;
      this.owner = owner;
      rejected.forEach(
          (task, rows) -> {
            if (rows > 0) {
              done.put(task, rows);
            }
          });
    }

    /**
     * Looks at the file, if there is one, and changes nothing.
     *
     * @param rejected how many rows each task that is done has rejected
     * @throws StorageException if it is not the job's own, or lacks rows
     */
    static EarlierRejects read(Path path, RejectOwner owner, Map<Integer, Long> rejected) {
      EarlierRejects earlier = new EarlierRejects(path, owner, rejected);
      earlier.exists = Files.exists(path);
      if (!earlier.exists && !earlier.done.isEmpty()) {
        throw earlier.notTheFile("it is missing");
      }
      if (earlier.exists) {
        try {
          earlier.scan();
        } catch (IOException e) {
          throw RejectFile.failed(path, e);
        }
        earlier.requireAll();
      }
      return earlier;
    }

    boolean exists() {
      return exists;
    }

    /** Drops the lines of tasks that are not done; how long the file is then, 0 if it is gone. */
    long keepDone() {
      if (!exists) {
        return 0;
      }
      try {
        Path target = DurableFiles.linkTarget(path);
        if (lastEnd == 0) {
          Files.delete(target);
        } else if (isMixed) {
          return rewrite(target);
        } else {
          cut(target);
        }
        return lastEnd;
      } catch (IOException e) {
        throw RejectFile.failed(path, e);
      }
    }

    private void cut(Path target) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
        file.setLength(lastEnd);
        file.getFD().sync();
      }
    }

    private long rewrite(Path target) throws IOException {
      Path whole = DurableFiles.temporary(target);
      Files.deleteIfExists(whole);
      OwnerOnly.createFile(whole);
      if (OwnerOnly.isPosix(target)) {
        Files.setPosixFilePermissions(whole, Files.getPosixFilePermissions(target));
      }
      try (RejectLines lines = new RejectLines(target, owner);
          FileOutputStream file = new FileOutputStream(whole.toFile());
          OutputStream out = new BufferedOutputStream(file)) {
        while (lines.next()) {
          boolean stays = lines.position() <= lastEnd && done.containsKey(lines.task());
          lines.copy(stays ? out : OutputStream.nullOutputStream());
        }
        out.flush();
        file.getFD().sync();
      }
      DurableFiles.rename(whole, target);
      return Files.size(target);
    }

    private void scan() throws IOException {
      try (RejectLines lines = new RejectLines(path, owner)) {
        boolean othersBefore = false;
        for (long number = 1; lines.next(); number++) {
          lines.copy(OutputStream.nullOutputStream());
          if (!lines.isOwn()) {
            throw foreign(number);
          }
          if (lines.isWhole() && done.containsKey(lines.task())) {
            found.merge(lines.task(), 1L, Long::sum);
            lastEnd = lines.position();
            isMixed |= othersBefore;
          } else {
            othersBefore = true;
          }
        }
      }
    }

    private void requireAll() {
      for (Map.Entry<Integer, Long> each : done.entrySet()) {
        long there = found.getOrDefault(each.getKey(), 0L);
        if (there != each.getValue()) {
          throw notTheFile(
              String.format(
                  "it holds %d rows that partition %d has rejected, and these were %d",
                  there, each.getKey(), each.getValue()));
        }
      }
    }

    private StorageException foreign(long line) {
      return done.isEmpty()
          ? RejectFile.existsAlready(path)
          : notTheFile("its line " + line + " is not of this job");
    }

    private StorageException notTheFile(String why) {
      return new StorageException(
          path.toString(),
          String.format(
              "%s is not the file in which the job has kept its rejected rows: %s. Name or bring"
                  + " back the file that the job began with, or begin a new job",
              path, why),
          null);
    }
  }

  /**
   * Goes through a file of rejects line by line, however long these are: for each {@link #next()},
   * then {@link #copy}.
   */
  private static final class RejectLines implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int DECIMAL = 10;

    private final InputStream in;
    private final byte[] start;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private long position;
    private long task;
    private boolean own;
    private boolean whole;

    /**
     * @param owner whose lines are looked for
     */
    RejectLines(Path path, RejectOwner owner) throws IOException {
      // Streams of Files end with an interrupt; one of these does not.
      this.in = new BufferedInputStream(new FileInputStream(path.toFile()), BUFFER_BYTES);
      this.start =
          owner.start(0).toString().replaceFirst("0$", "").getBytes(StandardCharsets.UTF_8);
    }

    /** Goes to the next line and reads the number of its task; false at the end of the file. */
    boolean next() throws IOException {
      head.reset();
      task = 0;
      own = true;
      whole = false;
      int read = in.read();
      if (read < 0) {
        return false;
      }
      while (read >= 0) {
        position++;
        head.write(read);
        if (isHeadOver(read)) {
          break;
        }
        read = in.read();
      }
      return true;
    }

    private boolean isHeadOver(int read) {
      int at = head.size() - 1;
      if (at < start.length) {
        own = read == start[at];
      } else if (read == ',') {
        return true;
      } else {
        task = task * DECIMAL + read - '0';
        own = read >= '0' && read <= '9' && task <= Integer.MAX_VALUE;
      }
      whole = read == '\n';
      return !own;
    }

    /** Reads the line to its end, into another file. */
    void copy(OutputStream out) throws IOException {
      head.writeTo(out);
      while (!whole) {
        int read = in.read();
        if (read < 0) {
          return;
        }
        position++;
        out.write(read);
        whole = read == '\n';
      }
    }

    /** The number of the task that has rejected the row. */
    int task() {
      return (int) task;
    }

    /** Whether the line is the owner's, as far as it reaches. */
    boolean isOwn() {
      return own;
    }

    /** Whether it has its end; known once it is copied. */
    boolean isWhole() {
      return whole;
    }

    /** How many bytes of the file are read. */
    long position() {
      return position;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
