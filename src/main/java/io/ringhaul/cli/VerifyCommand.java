package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares a table with another table, an Iceberg table or files. */
@Command(
    name = "verify",
    description =
        "Compares a table with an Iceberg table, with files, or with a table of the same or"
            + " another cluster, and names the rows that differ. Changes nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class VerifyCommand extends OperationCommand<VerifyResult> {

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "The columns to compare, in CQL form, with those of the primary key; for CSV files"
              + " without a header, the names of the fields. Default: all columns that both have.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--max-differences",
      paramLabel = "N",
      description =
          "Maximum number of differences that the result names; without --differences, the search"
              + " ends when there are more. Default: 1000.")
  private @Nullable Integer maxDifferences;

  @Option(
      names = "--differences",
      paramLabel = "FILE",
      description =
          "New file for all differences, one JSON object per line with the values of both sides.")
  private @Nullable Path differences;

  @Override
  Optional<CqlSession> openSource() {
    return source.open(this);
  }

  @Override
  OperationRequest<?, VerifyResult> request(TokenAwareBulkOperator operator) {
    if (!source.areGiven()) {
      throw new InvalidSettingException(
          "--format",
          "Give what to compare with: --format and --path for files, or --from for a table");
    }
    VerifyRequest request =
        operator
            .verify(table().keyspace(), table().table())
            .against(source.source(table(), columns, selection::applied))
            .columns(source.selectedColumns(columns).toArray(String[]::new));
    selection.apply(request);
    if (maxDifferences != null) {
      request.maxDifferences(maxDifferences);
    }
    return differences == null ? request : request.differencesTo(differences);
  }

  @Override
  void describe(VerifyResult result, ResultReport report) {
    report.add("location", result.location());
    report.addCount("sourceRows", result.sourceRows());
    report.add("equal", result.isEqual());
    report.addCount("missing", result.missing());
    report.addCount("extra", result.extra());
    report.addCount("different", result.different());
    report.addCount("repeated", result.repeated());
    report.add("complete", result.isComplete());
    report.addAll("differences", result.differences());
    if (differences != null && !result.isEqual()) {
      report.add("differencesFile", differences.toString());
    }
  }

  @Override
  int exitCode(VerifyResult result) {
    return result.isEqual() ? ExitCode.DONE : ExitCode.DIFFERENT;
  }
}
