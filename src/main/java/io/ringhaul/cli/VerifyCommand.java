package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares a table with another table, an Iceberg table or files. */
@Command(
    name = "verify",
    description =
        "Compares a table with an Iceberg table, with files, or with a table of the same or"
            + " another cluster, and names the rows that differ. Changes nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class VerifyCommand extends OperationCommand<VerifyResult> {

  @Mixin private ComparisonOptions comparison = new ComparisonOptions();

  @Override
  Optional<CqlSession> openSource() {
    return comparison.open(this);
  }

  @Override
  OperationRequest<?, VerifyResult> request(TokenAwareBulkOperator operator) {
    VerifyRequest request =
        operator.verify(table().keyspace(), table().table()).against(comparison.source(table()));
    comparison.apply(request);
    return request;
  }

  @Override
  void describe(VerifyResult result, ResultReport report) {
    comparison.describe(result, result.isEqual(), report);
  }

  @Override
  int exitCode(VerifyResult result) {
    return result.isEqual() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }
}
