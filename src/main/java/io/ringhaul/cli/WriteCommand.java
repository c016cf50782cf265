package io.ringhaul.cli;

import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that writes rows into its table. */
abstract class WriteCommand extends JobCommand<ImportRequest, ImportResult> {

  @Option(
      names = "--create-table",
      description = "Creates a missing table and its types from the schema of the source.")
  private boolean createTable;

  @Mixin private RejectOptions rejects = new RejectOptions();

  @Option(
      names = "--add-to-counters",
      description = "Adds to existing counter values. Default: such an import fails.")
  private boolean addToCounters;

  @Mixin private BatchOptions batches = new BatchOptions();

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

  @Option(
      names = "--dry-run",
      description =
          "Reads the whole source and checks its rows, and writes nothing. Default: writes.")
  private boolean dryRun;

  @Option(
      names = "--verify",
      description =
          "Compares the table with the source afterwards; other rows of the table are no"
              + " differences. Default: no comparison.")
  private boolean verify;

  /** The source to compare the table with, without write times. */
  abstract ImportSource written();

  /** The columns to compare; empty for all. */
  abstract List<String> writtenColumns();

  /** The option that keeps rows of the source out of the table; empty if there is none. */
  String leavesOutRows() {
    return dryRun ? "--dry-run" : rejects.rejects() ? "--on-unrepresentable reject" : "";
  }

  /** Sets the source and what only this command has. */
  abstract void read(ImportRequest request);

  @Override
  Optional<String> noJob() {
    return dryRun ? Optional.of("a dry run") : Optional.empty();
  }

  @Override
  final ImportRequest request(TokenAwareBulkOperator operator) {
    return operator.importInto(table().keyspace(), table().table());
  }

  @Override
  final KeyspaceRequest<ImportRequest, ImportResult> keyspaceRequest(
      TokenAwareBulkOperator operator) {
    return operator.importKeyspace(table().keyspace());
  }

  @Override
  final void set(ImportRequest request) {
    read(request);
    if (createTable) {
      request.createTable();
    }
    if (dryRun) {
      request.dryRun();
    }
    if (verify && !leavesOutRows().isEmpty()) {
      throw new InvalidSettingException(
          "--verify",
          "--verify does not go with "
              + leavesOutRows()
              + ": the table has other rows than the source then");
    }
    if (verify && written().isStream()) {
      throw new InvalidSettingException(
          "--verify", "--verify does not go with --path=-: standard input cannot be read again");
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
    batches.apply(request);
    rejects.apply(request);
    runningJob().ifPresent(job -> job.apply(request));
  }

  @Override
  final Optional<VerifyRequest> verification(TokenAwareBulkOperator operator, ImportResult result) {
    if (!verify) {
      return Optional.empty();
    }
    VerifyRequest request =
        operator
            .verify(table().keyspace(), table().table())
            .against(written())
            .columns(writtenColumns().toArray(String[]::new))
            .ignoreExtra();
    batches.mapping().ifPresent(request::mapping);
    return Optional.of(request);
  }

  @Override
  final Optional<Path> rejectsFile() {
    return rejects.file();
  }

  @Override
  final void describe(ImportResult result, ResultReport report) {
    report.add("location", result.location());
    report.addRows("rowsRead", result.rowsRead(), result.totals());
    report.addRows("acceptedRows", result.acceptedRows(), result.totals());
    if (dryRun) {
      report.add("dryRun", true);
    }
    if (result.expiredCells() > 0 || result.expiredRows() > 0) {
      report.addCount("expiredRows", result.expiredRows());
      report.addCount("expiredCells", result.expiredCells());
    }
    RejectOptions.describe(result.rejectedRows(), result.rejects(), report);
    report.addAll("missingIndexesAndViews", result.missingIndexesAndViews());
    if (!result.missingIndexesAndViews().isEmpty()) {
      report.add("next", "create them with these statements, or give --create-indexes-and-views");
    }
  }
}
