package io.ringhaul.cli;

import io.ringhaul.CountRequest;
import io.ringhaul.CountResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts a table. */
@Command(
    name = "count",
    description = "Counts the rows of a table.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class CountCommand extends OperationCommand<CountResult> {

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Override
  OperationRequest<?, CountResult> request(TokenAwareBulkOperator operator) {
    CountRequest request = operator.count(table().keyspace(), table().table());
    selection.apply(request);
    return request;
  }

  @Override
  void describe(CountResult result, ResultReport report) {
    // A count has no facts beside the totals.
  }
}
