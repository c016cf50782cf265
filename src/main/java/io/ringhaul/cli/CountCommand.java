package io.ringhaul.cli;

import io.ringhaul.CountResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts a table. */
@Command(
    name = "count",
    description = "Counts the rows of a table.",
    mixinStandardHelpOptions = true)
final class CountCommand extends OperationCommand<CountResult> {

  @Mixin private SplitOptions splits = new SplitOptions();

  @Override
  OperationRequest<?, CountResult> request(TokenAwareBulkOperator operator) {
    return splits.applyTo(operator.count(table().keyspace(), table().table()));
  }

  @Override
  void describe(CountResult result, ResultReport report) {
    // The figures say it all.
  }
}
