package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The file of rejects that earlier runs of a job have left. Its lines say which task rejected them,
 * so that those of tasks that are to be done again can be dropped, wherever they stand.
 */
final class EarlierRejects {

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
            "%s is not the file in which the job has kept its rejected rows: %s. Name or bring back"
                + " the file that the job began with, or begin a new job",
            path, why),
        null);
  }
}
