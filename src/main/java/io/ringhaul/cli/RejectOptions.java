package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.format.OnUnrepresentable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What becomes of rows that cannot be taken as they are. */
final class RejectOptions {

  @Option(
      names = "--on-unrepresentable",
      paramLabel = "fail|reject",
      description =
          "What becomes of a row with a value that the other side cannot hold exactly: the whole"
              + " operation fails, or the row is left out and kept in the file of --rejects."
              + " Default: fail.")
  private @Nullable OnUnrepresentable onUnrepresentable;

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description =
          "The file for rows left out, one JSON object a line; it must be new. An import makes"
              + " files of their records beside it, to be corrected and imported again. Default for"
              + " an import that is kept as a job in a file: beside that file.")
  private @Nullable Path rejects;

  void apply(ExportRequest request) {
    if (onUnrepresentable != null) {
      request.onUnrepresentable(onUnrepresentable);
    }
    if (rejects != null) {
      request.rejectsTo(rejects);
    }
  }

  void apply(ImportRequest request) {
    if (onUnrepresentable != null) {
      request.onUnrepresentable(onUnrepresentable);
    }
    if (rejects != null) {
      request.rejectsTo(rejects);
    }
  }

  /** The file that was asked for; empty if none was. */
  Optional<Path> file() {
    return Optional.ofNullable(rejects);
  }

  /** Says how many rows were left out, if any were. */
  void describe(long rejectedRows, ResultReport report) {
    if (rejectedRows > 0) {
      report.add("rejectedRows", rejectedRows);
      report.add("rejects", String.valueOf(rejects));
    }
  }
}
