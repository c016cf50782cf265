package io.ringhaul.internal.iceberg;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.util.Tasks;
import org.apache.iceberg.util.ThreadPools;

/**
 * Finds data files and row files that are missing or have another length than was written. Sends
 * one request to the storage for each intact file, several concurrently, because a request to an
 * object store takes some milliseconds.
 */
final class WholeFiles {

  private static final int MOST_AT_ONCE = 32;

  /**
   * A missing or changed file.
   *
   * @param written how many bytes were written
   * @param found how many bytes the file has now; empty if it is missing
   */
  record Damage(String location, long written, OptionalLong found) {
    @Override
    public String toString() {
      return found.isEmpty()
          ? location + " is missing"
          : String.format(
              "%s has %d bytes, but %d were written", location, found.getAsLong(), written);
    }
  }

  /** A file as it was written. */
  record Written(String location, long bytes) {
    static Written of(ContentFile<?> file) {
      return new Written(file.location(), file.fileSizeInBytes());
    }
  }

  private final FileIO io;

  WholeFiles(FileIO io) {
    this.io = io;
  }

  /** Returns the missing and changed files, in the order of their locations. */
  List<Damage> damages(List<Written> files) {
    List<Damage> damages = Collections.synchronizedList(new ArrayList<>());
    if (files.isEmpty()) {
      return damages;
    }
    ExecutorService threads =
        ThreadPools.newFixedThreadPool("ringhaul-look", Math.min(MOST_AT_ONCE, files.size()));
    try {
      Tasks.foreach(files)
          .executeWith(threads)
          .stopOnFailure()
          .run(
              file -> {
                OptionalLong found = length(file);
                if (found.isEmpty() || found.getAsLong() != file.bytes()) {
                  damages.add(new Damage(file.location(), file.bytes(), found));
                }
              });
    } finally {
      threads.shutdownNow();
    }
    return damages.stream().sorted(Comparator.comparing(Damage::location)).toList();
  }

  /**
   * Returns the file's length; empty if the file is missing. For a missing file, storages report
   * length 0, or throw from {@code getLength} or {@code newInputFile}.
   */
  private OptionalLong length(Written file) {
    try {
      InputFile input = io.newInputFile(file.location());
      try {
        long length = input.getLength();
        if (length == file.bytes() || input.exists()) {
          return OptionalLong.of(length);
        }
      } catch (RuntimeException e) {
        if (input.exists()) {
          throw e;
        }
      }
    } catch (NotFoundException e) {
      // The file is missing.
    }
    return OptionalLong.empty();
  }
}
