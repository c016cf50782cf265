package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.WriteRequest;
import io.ringhaul.format.OnUnrepresentable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Handling of rejected rows. */
final class RejectOptions {

  @Option(
      names = "--on-unrepresentable",
      paramLabel = "fail|reject",
      description =
          "Handling of a row with a value that the other side cannot represent exactly: fail"
              + " ends the operation, reject writes the row to the file of --rejects and"
              + " continues. Default: fail.")
  private @Nullable OnUnrepresentable onUnrepresentable;

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description =
          "New file for rejected rows, one JSON object per line; an import also writes the"
              + " records of rejected rows to files beside it, for correction and another import."
              + " Default for an import whose job store is a file: beside that file.")
  private @Nullable Path rejects;

  void apply(ExportRequest request) {
    if (onUnrepresentable != null) {
      request.onUnrepresentable(onUnrepresentable);
    }
    if (rejects != null) {
      request.rejectsTo(rejects);
    }
  }

  void apply(WriteRequest<?, ?> request) {
    if (onUnrepresentable != null) {
      request.onUnrepresentable(onUnrepresentable);
    }
    if (rejects != null) {
      request.rejectsTo(rejects);
    }
  }

  /** Whether bad rows are rejected. */
  boolean rejects() {
    return onUnrepresentable == OnUnrepresentable.REJECT;
  }

  /** The file of {@code --rejects}; empty if the option is absent. */
  Optional<Path> file() {
    return Optional.ofNullable(rejects);
  }

  /** Adds the number of rejected rows and their file to the report, if there are any. */
  static void describe(long rejectedRows, Optional<Path> file, ResultReport report) {
    if (rejectedRows > 0) {
      report.addCount("rejectedRows", rejectedRows);
      file.ifPresent(path -> report.add("rejects", path.toString()));
    }
  }
}
