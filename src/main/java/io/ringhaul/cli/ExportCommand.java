package io.ringhaul.cli;

import io.ringhaul.ExportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.iceberg.IcebergTarget;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Exports a table. */
@Command(
    name = "export",
    description = "Exports a table; the result appears in one step.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ExportCommand extends OperationCommand<ExportResult> {

  @Mixin private FormatOptions format = new FormatOptions();

  @Option(
      names = "--partition-by",
      paramLabel = "EXPR",
      // A comma inside parentheses belongs to the expression.
      split = ",(?![^(]*\\))",
      description =
          "How a new Iceberg table is partitioned: a column, month(c), bucket(16, c), ...;"
              + " repeatable.")
  private List<String> partitionBy = new ArrayList<>();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      converter = CqlName.class,
      description = "The columns to export, in CQL form. Default: all.")
  private List<String> columns = new ArrayList<>();

  @Override
  OperationRequest<?, ExportResult> request(TokenAwareBulkOperator operator) {
    return operator
        .exportFrom(table().keyspace(), table().table())
        .to(target())
        .columns(columns.toArray(String[]::new));
  }

  private ExportTarget target() {
    return switch (format.format()) {
      case ICEBERG -> {
        IcebergTarget target =
            IcebergTarget.warehouse(format.path()).partitionBy(partitionBy.toArray(String[]::new));
        yield format.icebergTable() == null ? target : target.table(format.icebergTable());
      }
    };
  }

  @Override
  void describe(ExportResult result, ResultReport report) {
    report.add("location", result.location());
    report.add("files", result.files());
    report.add("fileBytes", result.fileBytes());
    result.snapshotId().ifPresent(id -> report.add("snapshot", id));
    report.add("jobId", result.jobId().toString());
  }
}
