package io.ringhaul.internal.rejects;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.jackson.Json;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
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

    /** The bytes of the lines of tasks that are done, as few ranges as possible. */
    private final List<ByteRange> kept = new ArrayList<>();

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
        if (kept.isEmpty()) {
          Files.delete(target);
          return 0;
        }
        long end = kept.get(kept.size() - 1).end();
        if (kept.size() == 1 && kept.get(0).start() == 0) {
          cut(target, end);
        } else {
          rewrite(target);
        }
        return Files.size(target);
      } catch (IOException e) {
        throw RejectFile.failed(path, e);
      }
    }

    private static void cut(Path target, long end) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
        file.setLength(end);
        file.getFD().sync();
      }
    }

    private void rewrite(Path target) throws IOException {
      Path whole = DurableFiles.temporary(target);
      Files.deleteIfExists(whole);
      OwnerOnly.createFile(whole);
      if (OwnerOnly.isPosix(target)) {
        Files.setPosixFilePermissions(whole, Files.getPosixFilePermissions(target));
      }
      // An interrupt closes streams of Files, but not these.
      try (InputStream in = new FileInputStream(target.toFile());
          FileOutputStream out = new FileOutputStream(whole.toFile())) {
        long position = 0;
        byte[] buffer = new byte[1 << 16];
        for (ByteRange range : kept) {
          in.skipNBytes(range.start() - position);
          for (position = range.start(); position < range.end(); ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, range.end() - position));
            if (read < 0) {
              throw new EOFException("it is shorter than a moment ago");
            }
            out.write(buffer, 0, read);
            position += read;
          }
        }
        out.getFD().sync();
      }
      DurableFiles.rename(whole, target);
    }

    private void scan() throws IOException {
      try (RejectLines lines = new RejectLines(path, owner.job())) {
        for (long number = 1; lines.next(); number++) {
          if (!lines.isOwn()) {
            throw foreign(number);
          }
          if (lines.isWhole() && done.containsKey(lines.task())) {
            found.merge(lines.task(), 1L, Long::sum);
            keep(lines.range());
          }
        }
      }
    }

    private void keep(ByteRange line) {
      int last = kept.size() - 1;
      if (last >= 0 && kept.get(last).end() == line.start()) {
        kept.set(last, new ByteRange(kept.get(last).start(), line.end()));
      } else {
        kept.add(line);
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

  /** The bytes from a start to an end, exclusive. */
  private record ByteRange(long start, long end) {}

  /** Reads the lines of a rejects file, of any length and with their fields in any order. */
  private static final class RejectLines implements AutoCloseable {

    private final Path path;
    private final String job;
    private final long size;
    private final JsonParser json;
    private ByteRange range = new ByteRange(0, 0);
    private int task;
    private boolean own;
    private boolean whole;

    /**
     * @param job the job of the expected lines
     */
    RejectLines(Path path, UUID job) throws IOException {
      this.path = path;
      this.job = job.toString();
      this.size = Files.size(path);
      // An interrupt closes streams of Files, but not this one.
      this.json = Json.parser(new FileInputStream(path.toFile()));
    }

    /** Moves to the next line; returns false at the end of the file. */
    boolean next() throws IOException {
      long start = range.end();
      range = new ByteRange(start, size);
      own = false;
      whole = false;
      if (start == size) {
        return false;
      }
      Optional<String> named = Optional.empty();
      try {
        task = -1;
        if (json.nextToken() != JsonToken.START_OBJECT
            || json.currentTokenLocation().getByteOffset() != start) {
          return true;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String field = json.currentName();
          JsonToken value = json.nextToken();
          if (field.equals(RejectLine.JOB) && value == JsonToken.VALUE_STRING) {
            named = Optional.of(json.getText());
          } else if (field.equals(RejectLine.PARTITION) && value == JsonToken.VALUE_NUMBER_INT) {
            task = json.getIntValue();
          }
          json.skipChildren();
        }
        own = named.equals(Optional.of(job)) && task >= 0;
        long end = json.currentLocation().getByteOffset();
        whole = end < size;
        range = new ByteRange(start, Math.min(end + 1, size));
      } catch (JsonProcessingException e) {
        // A crash may have cut the last line off, perhaps before it named its job.
        own =
            json.currentLocation().getByteOffset() >= size
                && (named.isPresent() ? named.get().equals(job) : isStartOfLine(start));
      }
      return true;
    }

    /** Returns true if the rest of the file is the start of a line that this library writes. */
    private boolean isStartOfLine(long position) throws IOException {
      String first = "{\"" + RejectLine.JOB + "\":\"" + job + "\"";
      if (size - position > first.length()) {
        return false;
      }
      try (InputStream in = new FileInputStream(path.toFile())) {
        in.skipNBytes(position);
        return first.startsWith(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }

    /** Returns the number of the task that rejected the row. */
    int task() {
      return task;
    }

    /** Returns true if the line belongs to the job. */
    boolean isOwn() {
      return own;
    }

    /** Returns true if the line has a line end. */
    boolean isWhole() {
      return whole;
    }

    /** Returns where the line is, with its line end. */
    ByteRange range() {
      return range;
    }

    @Override
    public void close() throws IOException {
      json.close();
    }
  }
}
