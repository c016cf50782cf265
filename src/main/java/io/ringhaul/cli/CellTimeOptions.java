package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.format.WrittenIn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an export says of its cells beside their values, and which rows it takes by it. */
final class CellTimeOptions {

  private static final String ALL = "*";

  @Option(
      names = "--with-writetime",
      arity = "0..1",
      fallbackValue = ALL,
      preprocessor = AttachedValue.class,
      split = ",",
      paramLabel = "NAME",
      description =
          "Adds the write times of these columns, in columns NAME_writetime; names"
              + " stand after an equals sign. Without names: of all"
              + " columns.")
  private List<String> writetimes = new ArrayList<>();

  @Option(
      names = "--with-ttl",
      arity = "0..1",
      fallbackValue = ALL,
      preprocessor = AttachedValue.class,
      split = ",",
      paramLabel = "NAME",
      description =
          "Adds the seconds that these columns have to live, in columns NAME_ttl; names stand"
              + " after an equals sign. Without names: of"
              + " all columns.")
  private List<String> ttls = new ArrayList<>();

  @Option(
      names = "--written-after",
      paramLabel = "TIME",
      converter = WriteMoment.class,
      description =
          "Only rows with a value that was written after this time, such as 2026-01-31T00:00:00Z,"
              + " or microseconds since 1970.")
  private @Nullable Long writtenAfter;

  @Option(
      names = "--written-before",
      paramLabel = "TIME",
      converter = WriteMoment.class,
      description = "Only rows with a value that was written before this time.")
  private @Nullable Long writtenBefore;

  @Option(
      names = "--written-in",
      paramLabel = "VALUES",
      description =
          "Whether --written-after and --written-before must hold for any value of a row or for all"
              + " of them. Default: any.")
  private @Nullable WrittenIn writtenIn;

  void apply(ExportRequest request) {
    if (!writetimes.isEmpty()) {
      request.withWritetime(names("--with-writetime", writetimes));
    }
    if (!ttls.isEmpty()) {
      request.withTtl(names("--with-ttl", ttls));
    }
    if (writtenAfter != null) {
      request.writtenAfter(writtenAfter);
    }
    if (writtenBefore != null) {
      request.writtenBefore(writtenBefore);
    }
    if (writtenIn != null) {
      request.writtenIn(writtenIn);
    }
  }

  private static String[] names(String option, List<String> given) {
    return given.contains(ALL) ? new String[0] : CqlName.all(option, given).toArray(String[]::new);
  }
}
