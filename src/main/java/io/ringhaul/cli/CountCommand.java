package io.ringhaul.cli;

import io.ringhaul.CountResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import picocli.CommandLine.Command;

/** Counts a table. */
@Command(
    name = "count",
    description = "Counts the rows of a table.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class CountCommand extends OperationCommand<CountResult> {

  @Override
  OperationRequest<?, CountResult> request(TokenAwareBulkOperator operator) {
    return operator.count(table().keyspace(), table().table());
  }

  @Override
  void describe(CountResult result, ResultReport report) {
    // The figures say it all.
  }
}
