package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.RepairRequest;
import io.ringhaul.RepairResult;
import io.ringhaul.TokenAwareBulkOperator;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a table equal to another table, an Iceberg table or files. */
@Command(
    name = "repair",
    description =
        "Compares a table with an Iceberg table, with files, or with a table of the same or"
            + " another cluster, and writes the rows that are missing or different. Without --apply"
            + " it only compares.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class RepairCommand extends OperationCommand<RepairRequest, RepairResult> {

  @Mixin private ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--ignore-cell-times",
      description =
          "Writes rows with the current time and without TTLs, so that they win over newer values."
              + " Default: with the write times and TTLs of the source.")
  private boolean ignoreCellTimes;

  @Option(
      names = "--delete-extra",
      description =
          "Deletes rows that the source does not have, and values where it has null, unless they"
              + " are newer than the start.")
  private boolean deleteExtra;

  @Option(names = "--apply", description = "Changes the table. Default: compares only.")
  private boolean apply;

  @Override
  Optional<CqlSession> openSource() {
    return comparison.open(this);
  }

  @Override
  void readFrom(CqlSession opened) {
    comparison.readFrom(opened);
  }

  @Override
  RepairRequest request(TokenAwareBulkOperator operator) {
    return operator.repair(table().keyspace(), table().table());
  }

  @Override
  KeyspaceRequest<RepairRequest, RepairResult> keyspaceRequest(TokenAwareBulkOperator operator) {
    return operator.repairKeyspace(table().keyspace());
  }

  @Override
  void set(RepairRequest request) {
    request.from(comparison.source(table(), this::scanned));
    comparison.apply(request);
    if (deleteExtra) {
      comparison.requireWholeSource("--delete-extra");
    }
    if (ignoreCellTimes) {
      request.ignoreCellTimes();
    }
    if (deleteExtra) {
      request.deleteExtra();
    }
    if (apply) {
      request.apply();
    }
  }

  @Override
  void describe(RepairResult result, ResultReport report) {
    comparison.describe(result.found(), result.isEqual(), report);
    report.add("applied", apply);
    if (apply) {
      report.addCount("writtenRows", result.written());
      report.addCount("deletedRows", result.deleted());
      result
          .left()
          .ifPresent(
              left -> {
                report.addCount("leftMissing", left.missing());
                report.addCount("leftExtra", left.extra());
                report.addCount("leftDifferent", left.different());
                report.addAll("left", left.differences());
              });
    } else if (!result.found().isEqual()) {
      report.add("next", "nothing was written; add --apply to repair");
    }
  }

  @Override
  int exitCode(RepairResult result) {
    return result.isEqual() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }
}
