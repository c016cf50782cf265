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
 * The rejects file: one line per rejected row. The lines of one task are added at a time and forced
 * to disk. The file is created with its first line. Interrupts do not affect it. Thread-safe.
 */
final class RejectFile implements AutoCloseable {

  private final Path path;
  private final RejectOwner owner;
  private @Nullable RandomAccessFile file;
  private long length;
  private boolean made;

  /** True if the file may have more bytes than its length, from a failed write. */
  private boolean torn;

  private boolean ended;

  private RejectFile(Path path, RejectOwner owner) {
    this.path = path.toAbsolutePath();
    this.owner = owner;
  }

  /**
   * Prepares a new file.
   *
   * @throws StorageException if the file exists (rejects of two jobs must not mix), or if its
   *     folder is missing or not writable
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
   * Opens the file of earlier runs of the job. Drops the lines of tasks that are not done, because
   * these tasks run again.
   *
   * @param rejected number of rejected rows of each task that is done
   * @throws StorageException if the file does not belong to the job
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
   * Adds lines, forces them to disk, and passes the length of the file to the checkpoint before
   * another task can add lines.
   */
  synchronized void append(TaskLines lines, LongConsumer checkpoint) {
    if (ended) {
      throw new IllegalStateException("The file for rejected rows is closed");
    }
    if (!lines.isEmpty()) {
      owner.fence().run();
      write(lines);
      // The lines are on disk even if the checkpoint fails; a resumed job decides by the checkpoint
      // whether they count.
      lines.written();
    }
    checkpoint.accept(length);
  }

  private void write(TaskLines lines) {
    try {
      RandomAccessFile open = open();
      if (open.length() != length) {
        if (!torn) {
          throw new IOException("it has " + open.length() + " bytes, but should have " + length);
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

  /** Removes the bytes of a failed write. */
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

  /** Deletes the file if this object created it. */
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

  /** Creates a temporary file for lines of a task that exceed the memory limit. */
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
              "Rejected rows cannot be written to %s: %s is not a writable folder", path, folder()),
          null);
    }
  }

  /**
   * The rejects file of earlier runs of a job. Each line names its task, so that the lines of tasks
   * that run again are dropped anywhere in the file.
   */
  private static final class EarlierRejects {

    private final Path path;
    private final RejectOwner owner;

    /** Number of rejected rows of each task that is done and has rejected rows. */
    private final Map<Integer, Long> done = new TreeMap<>();

    private final Map<Integer, Long> found = new TreeMap<>();
    private boolean exists;

    /** The end of the last line of a task that is done. */
    private long lastEnd;

    /** True if a line of another task precedes a line of a task that is done. */
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
     * Reads the file, if it exists, without changing it.
     *
     * @param rejected number of rejected rows of each task that is done
     * @throws StorageException if the file belongs to another job or lacks rows
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

    /**
     * Drops the lines of tasks that are not done. Returns the new length of the file; 0 if it is
     * deleted.
     */
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
                  "it holds %d rejected rows of job partition %d instead of %d",
                  there, each.getKey(), each.getValue()));
        }
      }
    }

    private StorageException foreign(long line) {
      return done.isEmpty()
          ? RejectFile.existsAlready(path)
          : notTheFile("its line " + line + " does not belong to this job");
    }

    private StorageException notTheFile(String why) {
      return new StorageException(
          path.toString(),
          String.format(
              "%s is not the file for rejected rows of this job: %s. Restore or name the file that"
                  + " the job began with, or begin a new job",
              path, why),
          null);
    }
  }

  /**
   * Reads the lines of a rejects file, of any length. Call {@link #next()}, then {@link #copy}, for
   * each line.
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
     * @param owner the owner of the expected lines
     */
    RejectLines(Path path, RejectOwner owner) throws IOException {
      // An interrupt closes streams of Files, but not this one.
      this.in = new BufferedInputStream(new FileInputStream(path.toFile()), BUFFER_BYTES);
      this.start =
          owner.start(0).toString().replaceFirst("0$", "").getBytes(StandardCharsets.UTF_8);
    }

    /** Moves to the next line and reads its task number; returns false at the end of the file. */
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

    /** Reads the rest of the line and writes the whole line to another file. */
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

    /** Returns the number of the task that rejected the row. */
    int task() {
      return (int) task;
    }

    /** Returns true if the line belongs to the owner, as far as it was read. */
    boolean isOwn() {
      return own;
    }

    /** Returns true if the line has a line end; known after {@link #copy}. */
    boolean isWhole() {
      return whole;
    }

    /** Returns the number of bytes read. */
    long position() {
      return position;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
