package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.KeyspaceRequest;
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
final class VerifyCommand extends OperationCommand<VerifyRequest, VerifyResult> {

  @Mixin private ComparisonOptions comparison = new ComparisonOptions();

  @Override
  Optional<CqlSession> openSource() {
    return comparison.open(this);
  }

  @Override
  void readFrom(CqlSession opened) {
    comparison.readFrom(opened);
  }

  @Override
  VerifyRequest request(TokenAwareBulkOperator operator) {
    return operator.verify(table().keyspace(), table().table());
  }

  @Override
  KeyspaceRequest<VerifyRequest, VerifyResult> keyspaceRequest(TokenAwareBulkOperator operator) {
    return operator.verifyKeyspace(table().keyspace());
  }

  @Override
  void set(VerifyRequest request) {
    request.against(comparison.source(table(), this::scanned));
    comparison.apply(request);
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
