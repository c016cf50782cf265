package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ComparisonRequest;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyResult;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.table.TableSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a table is compared with, and where its differences go. */
final class ComparisonOptions {

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "The columns to compare, in CQL form, with those of the primary key; for CSV files"
              + " without a header, the names of the fields. Default: all columns that both have.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--max-differences",
      paramLabel = "N",
      description =
          "Maximum number of differences that the result names; the search ends when there are"
              + " more, unless --differences or --apply needs them all. Default: 1000.")
  private @Nullable Integer maxDifferences;

  @Option(
      names = "--differences",
      paramLabel = "FILE",
      description =
          "New file for all differences, one JSON object per line with the values of both sides.")
  private @Nullable Path differences;

  @Option(
      names = {"-m", "--mapping"},
      paramLabel = "MAPPING",
      description =
          "Which fields of the source belong to which columns, as in 'name = customer, * = *'."
              + " Default: fields have the names of their columns.")
  private @Nullable String mapping;

  @Option(
      names = "--compare-cell-times",
      description =
          "Compares write times and TTLs too. Files need them as columns, from an export"
              + " --with-writetime --with-ttl. Default: compares values only.")
  private boolean comparesCellTimes;

  @Option(
      names = "--written-before",
      paramLabel = "TIME",
      description =
          "Leaves rows aside that have a value written at this time or later, such as"
              + " 2026-01-31T00:00:00Z: for a table that clients write meanwhile. Default: compares"
              + " every row.")
  private @Nullable Instant writtenBefore;

  @Option(
      names = "--tolerate",
      paramLabel = "DIFFERENCE",
      split = ",",
      description =
          "Differences of values that do not count: decimal_scale, empty_as_null, float_bits,"
              + " timestamp_seconds. Default: none.")
  private List<Tolerance> tolerances = new ArrayList<>();

  /** Connects to the cluster of the source, if the source is a table. */
  Optional<CqlSession> open(OperationCommand<?, ?> command) {
    return source.open(command);
  }

  /** Sets the session that reads the source, if the source is a table. */
  void readFrom(CqlSession opened) {
    source.readFrom(opened);
  }

  /** The source with the conditions of the table. */
  ImportSource source(OptionValues.TableArgument own, UnaryOperator<TableSource> choices) {
    if (!source.areGiven()) {
      throw new InvalidSettingException(
          "--format",
          "Give what to compare with: --format and --path for files, or --from for a table");
    }
    return source.source(own, columns, table -> choices.apply(selection.applied(table)));
  }

  void apply(ComparisonRequest<?, ?> request) {
    request.columns(source.selectedColumns(columns).toArray(String[]::new));
    selection.apply(request);
    if (mapping != null) {
      request.mapping(mapping);
    }
    if (comparesCellTimes) {
      request.compareCellTimes();
    }
    if (writtenBefore != null) {
      request.writtenBefore(writtenBefore);
    }
    request.tolerating(tolerances.toArray(Tolerance[]::new));
    if (maxDifferences != null) {
      request.maxDifferences(maxDifferences);
    }
    if (differences != null) {
      request.differencesTo(differences);
    }
  }

  /** Checks that the source is not a part of a table's history. */
  void requireWholeSource(String option) {
    source.requireAllRows(option);
  }

  /**
   * Adds the differences to the report.
   *
   * @param isEqual whether the table is equal to the source now
   */
  void describe(VerifyResult result, boolean isEqual, ResultReport report) {
    report.add("location", result.location());
    report.addCount("sourceRows", result.sourceRows());
    report.add("equal", isEqual);
    report.addCount("missing", result.missing());
    report.addCount("extra", result.extra());
    report.addCount("different", result.different());
    report.addCount("repeated", result.repeated());
    if (writtenBefore != null) {
      report.addCount("newer", result.newer());
    }
    report.add("complete", result.isComplete());
    report.addAll("differences", result.differences());
    if (differences != null && !result.isEqual()) {
      report.add("differencesFile", differences.toString());
    }
  }
}
