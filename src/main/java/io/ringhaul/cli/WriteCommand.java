package io.ringhaul.cli;

import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.Grouping;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that writes rows into its table. */
abstract class WriteCommand extends JobCommand<ImportResult> {

  @Option(
      names = "--create-table",
      description = "Creates a missing table and its types from the CQL schema of the source.")
  private boolean createTable;

  @Mixin private RejectOptions rejects = new RejectOptions();

  @Option(
      names = "--add-to-counters",
      description = "Adds to existing counter values. Default: such an import fails.")
  private boolean addToCounters;

  @Option(
      names = "--grouping",
      paramLabel = "WAY",
      description =
          "Which rows share a batch: ${COMPLETION-CANDIDATES}. Default: replica_set, which"
              + " combines small batches of single partitions with the same replicas into one"
              + " request, up to the server's warning threshold.")
  private @Nullable Grouping grouping;

  @Option(
      names = "--max-batch-statements",
      paramLabel = "N",
      description =
          "Maximum number of rows per batch; 1 sends each row in its own request. Default: 100.")
  private @Nullable Integer maxBatchStatements;

  @Option(
      names = "--max-batch-bytes",
      paramLabel = "BYTES",
      converter = OptionValues.ByteSize.class,
      description =
          "Maximum size of a batch's values in bytes, such as 128k; a larger row is sent alone."
              + " Default: 64k.")
  private @Nullable Long maxBatchBytes;

  @Option(
      names = "--max-errors",
      paramLabel = "N|P%",
      converter = OptionValues.ErrorLimit.Converter.class,
      description =
          "Rejects bad rows, and fails when more than this number or percentage of the rows read"
              + " is rejected, such as 0.5%%. Default: no limit with --on-unrepresentable reject.")
  private OptionValues.@Nullable ErrorLimit maxErrors;

  @Option(
      names = "--replay-in-doubt",
      description =
          "Lets a resumed job write rows again whose first write is in doubt, even if a second"
              + " write is not idempotent (counters, appends to lists with write times).")
  private boolean replayInDoubt;

  @Option(
      names = "--retry-non-idempotent",
      description =
          "Retries writes that are not idempotent after any transient failure, so that counters"
              + " and lists with write times may receive an addition twice. Default: the import"
              + " fails and names the rows in doubt.")
  private boolean retryNonIdempotent;

  /** Sets the source and what only this command has. */
  abstract void read(ImportRequest request);

  @Override
  final OperationRequest<?, ImportResult> request(TokenAwareBulkOperator operator) {
    ImportRequest request = operator.importInto(table().keyspace(), table().table());
    read(request);
    if (createTable) {
      request.createTable();
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
  final Optional<Path> rejectsFile() {
    return rejects.file();
  }

  @Override
  final void describe(ImportResult result, ResultReport report) {
    report.add("location", result.location());
    report.addCount("rowsRead", result.rowsRead());
    report.addCount("acceptedRows", result.acceptedRows());
    if (result.expiredCells() > 0 || result.expiredRows() > 0) {
      report.addCount("expiredRows", result.expiredRows());
      report.addCount("expiredCells", result.expiredCells());
    }
    result
        .rejects()
        .ifPresent(
            file -> {
              report.addCount("rejectedRows", result.rejectedRows());
              report.add("rejects", file.toString());
            });
  }
}
