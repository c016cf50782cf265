package io.ringhaul.cli;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where rows go to or come from. */
final class FormatOptions {

  /** The formats that this version has. */
  enum Format {
    ICEBERG
  }

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "The format: ${COMPLETION-CANDIDATES}.")
  private @Nullable Format format;

  @Option(
      names = "--path",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the Iceberg warehouse.")
  private @Nullable Path path;

  @Option(
      names = "--iceberg-table",
      paramLabel = "NS.TABLE",
      description = "The table in the warehouse. Default: KEYSPACE.TABLE.")
  private @Nullable String icebergTable;

  Format format() {
    return Objects.requireNonNull(format);
  }

  Path path() {
    return Objects.requireNonNull(path);
  }

  @Nullable String icebergTable() {
    return icebergTable;
  }
}
