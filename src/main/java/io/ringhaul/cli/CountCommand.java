package io.ringhaul.cli;

import io.ringhaul.CountRequest;
import io.ringhaul.CountResult;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.spark.RinghaulSpark;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts a table. */
@Command(
    name = "count",
    description =
        "Counts the rows of a table. With --job-store or --job it is a job, which other processes"
            + " see and can stop; a resumed count begins anew.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class CountCommand extends JobCommand<CountRequest, CountResult> {

  @Mixin private SelectionOptions selection = new SelectionOptions();
  @Mixin private SparkOptions spark = new SparkOptions();

  @Override
  Optional<String> noJob() {
    if (table().isPattern()) {
      return Optional.of("a count of a keyspace");
    }
    return isJobNamed() ? Optional.empty() : Optional.of("a count without --job-store");
  }

  @Override
  CountRequest request(TokenAwareBulkOperator operator) {
    return operator.count(table().keyspace(), table().table());
  }

  @Override
  KeyspaceRequest<CountRequest, CountResult> keyspaceRequest(TokenAwareBulkOperator operator) {
    return operator.countKeyspace(table().keyspace());
  }

  @Override
  Optional<SparkOptions> spark() {
    return Optional.of(spark);
  }

  @Override
  CountRequest onSpark(RinghaulSpark entrance, RinghaulSpark.Request<CountRequest> request) {
    return entrance.count(request);
  }

  @Override
  void set(CountRequest request) {
    selection.apply(request);
    runningJob().ifPresent(job -> job.apply(request));
  }

  @Override
  void describe(CountResult result, ResultReport report) {
    // A count has no facts beside the totals.
  }
}
