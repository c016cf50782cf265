package io.ringhaul.cli;

import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.Grouping;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Imports into a table. */
@Command(
    name = "import",
    description = "Imports rows into a table.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ImportCommand extends JobCommand<ImportResult> {

  @Mixin private FormatOptions format = new FormatOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private RejectOptions rejects = new RejectOptions();

  @Option(
      names = "--create-table",
      description =
          "Makes the table, and the types it needs, if it is missing: from the CQL schema that an"
              + " export keeps.")
  private boolean createTable;

  @Option(
      names = "--null-to-unset",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = AttachedValue.class,
      paramLabel = "true|false",
      description =
          "Whether a null leaves the cell as it is. With false it deletes what is there. Default:"
              + " true.")
  private @Nullable Boolean nullToUnset;

  @Option(
      names = "--ignore-cell-times",
      description = "Writes all cells as of now, whatever write times and TTLs the source holds.")
  private boolean ignoreCellTimes;

  @Option(
      names = "--ttl-read-at",
      paramLabel = "TIME",
      description =
          "When the TTLs of a source were read that does not say so, such as 2026-01-31T00:00:00Z.")
  private @Nullable Instant ttlReadAt;

  @Option(
      names = "--add-to-counters",
      description = "Adds to counters that hold something, where an import would else be refused.")
  private boolean addToCounters;

  @Option(
      names = "--grouping",
      description =
          "Which rows share a batch: ${COMPLETION-CANDIDATES}. Default: REPLICA_SET, by which small"
              + " batches of one partition share a request with others on the same nodes, up to what"
              + " the server warns of.")
  private @Nullable Grouping grouping;

  @Option(
      names = "--max-batch-statements",
      paramLabel = "N",
      description = "The most rows to a batch; 1 sends every row alone. Default: 100.")
  private @Nullable Integer maxBatchStatements;

  @Option(
      names = "--max-batch-bytes",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "The most bytes of values to a batch, such as 128k; a larger row goes alone. Default:"
              + " 64k.")
  private @Nullable Long maxBatchBytes;

  @Option(
      names = "--max-errors",
      paramLabel = "N|P%",
      converter = ErrorLimit.Converter.class,
      description =
          "Rejects rows, and ends the import when they are more than so many, or more than so many"
              + " per cent of the rows read, such as 0.5%%. Default: any number with"
              + " --on-unrepresentable reject.")
  private @Nullable ErrorLimit maxErrors;

  @Option(
      names = "--replay-in-doubt",
      description =
          "Lets a resumed job write those rows again that may be written already, although they"
              + " must not be written twice: counters, and lists with times of their own.")
  private boolean replayInDoubt;

  @Option(
      names = "--retry-non-idempotent",
      description =
          "Sends writes again after any passing failure although they must not be done twice, so"
              + " that counters may have additions twice, and lists with times of their own their"
              + " elements. Default: the import fails and names the rows in doubt.")
  private boolean retryNonIdempotent;

  /** The file of rejects that the command line of an import names, if it names one. */
  static Optional<Path> rejectsOf(List<String> arguments) {
    return ((ImportCommand) Main.parsed(arguments)).rejects.file();
  }

  @Override
  OperationRequest<?, ImportResult> request(TokenAwareBulkOperator operator) {
    ImportRequest request =
        operator
            .importInto(table().keyspace(), table().table())
            .from(source.source(format))
            .columns(source.selectedColumns(format).toArray(String[]::new));
    if (createTable) {
      request.createTable();
    }
    if (Boolean.FALSE.equals(nullToUnset)) {
      request.nullsAsTombstones();
    }
    if (ignoreCellTimes) {
      request.ignoreCellTimes();
    }
    if (ttlReadAt != null) {
      request.ttlReadAt(ttlReadAt);
    }
    if (addToCounters) {
      request.addToCounters();
    }
    if (replayInDoubt) {
      request.replayInDoubt();
    }
    if (retryNonIdempotent) {
      request.retryNonIdempotent();
    }
    if (grouping != null) {
      request.grouping(grouping);
    }
    if (maxBatchStatements != null) {
      request.maxBatchStatements(maxBatchStatements);
    }
    if (maxBatchBytes != null) {
      request.maxBatchBytes((int) Math.min(Integer.MAX_VALUE, maxBatchBytes));
    }
    rejects.apply(request);
    if (maxErrors != null) {
      maxErrors.apply(request);
    }
    runningJob().ifPresent(job -> job.apply(request));
    return request;
  }

  @Override
  void describe(ImportResult result, ResultReport report) {
    report.add("location", result.location());
    report.add("rowsRead", result.rowsRead());
    report.add("acceptedRows", result.acceptedRows());
    if (result.expiredCells() > 0 || result.expiredRows() > 0) {
      report.add("expiredRows", result.expiredRows());
      report.add("expiredCells", result.expiredCells());
    }
    result
        .rejects()
        .ifPresent(
            file -> {
              report.add("rejectedRows", result.rejectedRows());
              report.add("rejects", file.toString());
            });
  }
}
