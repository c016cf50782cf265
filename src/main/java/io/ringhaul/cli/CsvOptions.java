package io.ringhaul.cli;

import io.ringhaul.cli.FormatOptions.Format;
import io.ringhaul.csv.CsvDialect;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How CSV files look, whether they are written or read. */
final class CsvOptions {

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      description = "How CSV fields are quoted: ${COMPLETION-CANDIDATES}. Default: rfc4180.")
  private @Nullable CsvDialect dialect;

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description = "What stands between two CSV fields. Default: a comma.")
  private @Nullable Character delimiter;

  @Option(
      names = "--header",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = AttachedValue.class,
      paramLabel = "true|false",
      description = "Whether CSV files begin with the columns' names. Default: true.")
  private @Nullable Boolean header;

  @Nullable CsvDialect dialect() {
    return dialect;
  }

  @Nullable Character delimiter() {
    return delimiter;
  }

  @Nullable Boolean header() {
    return header;
  }

  /** Checks that they are left out where the format is another one. */
  void allow(FormatOptions format) {
    format.allow("--dialect", dialect, Format.CSV);
    format.allow("--delimiter", delimiter, Format.CSV);
    format.allow("--header", header, Format.CSV);
  }
}
