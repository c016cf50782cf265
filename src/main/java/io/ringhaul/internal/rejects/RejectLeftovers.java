package io.ringhaul.internal.rejects;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Temporary files beside a rejects file. They are left behind only if their process was killed. */
final class RejectLeftovers {

  private static final String TEMPORARY = ".tmp";

  private RejectLeftovers() {}

  /** Deletes the files and returns their number. */
  static int remove(Path rejects) {
    Path path = rejects.toAbsolutePath();
    Path folder = Objects.requireNonNull(path.getParent());
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    String lines = prefix(path);
    String records = "." + RecordFiles.base(path);
    int removed = 0;
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(
            folder,
            entry -> {
              String name = String.valueOf(entry.getFileName());
              return name.endsWith(TEMPORARY)
                  && (name.startsWith(lines)
                      || (name.startsWith(records)
                          && RecordFiles.isRecords(
                              name.substring(1, name.length() - TEMPORARY.length()), path)));
            })) {
      for (Path each : left) {
        if (Files.deleteIfExists(each)) {
          removed++;
        }
      }
    } catch (IOException e) {
      throw RejectFile.failed(path, e);
    }
    return removed;
  }

  /** Creates a temporary file for the lines of a task. */
  static Path create(Path rejects) {
    try {
      return Files.createTempFile(
          Objects.requireNonNull(rejects.getParent()), prefix(rejects), TEMPORARY);
    } catch (IOException e) {
      throw RejectFile.failed(rejects, e);
    }
  }

  private static String prefix(Path rejects) {
    return "." + rejects.getFileName() + ".";
  }
}
