package io.ringhaul.internal.iceberg;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.util.Tasks;
import org.apache.iceberg.util.ThreadPools;

/**
 * Finds finished data files that are no longer as they were written. Asks the storage once for each
 * file that is, many at a time: in an object store each question takes some milliseconds.
 */
final class WholeFiles {

  private static final int MOST_AT_ONCE = 32;

  /**
   * A file that is no longer as it was written.
   *
   * @param location of the file
   * @param written how many bytes it had
   * @param found how many it has now; empty if it is gone
   */
  record Damage(String location, long written, OptionalLong found) {
    @Override
    public String toString() {
      return found.isEmpty()
          ? location + " is gone"
          : String.format(
              "%s has %d bytes, and %d were written", location, found.getAsLong(), written);
    }
  }

  private final FileIO io;

  WholeFiles(FileIO io) {
    this.io = io;
  }

  /** Those that are gone or have another length, in the order of their locations. */
  List<Damage> damages(List<DataFile> files) {
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
                if (found.isEmpty() || found.getAsLong() != file.fileSizeInBytes()) {
                  damages.add(new Damage(file.location(), file.fileSizeInBytes(), found));
                }
              });
    } finally {
      threads.shutdownNow();
    }
    return damages.stream().sorted(Comparator.comparing(Damage::location)).toList();
  }

  /** What is missing has the length 0, or none, or cannot even be named, as storages have it. */
  private OptionalLong length(DataFile file) {
    try {
      InputFile input = io.newInputFile(file.location());
      try {
        long length = input.getLength();
        if (length == file.fileSizeInBytes() || input.exists()) {
          return OptionalLong.of(length);
        }
      } catch (RuntimeException e) {
        if (input.exists()) {
          throw e;
        }
      }
    } catch (NotFoundException e) {
      // As the next line says.
    }
    return OptionalLong.empty();
  }
}
