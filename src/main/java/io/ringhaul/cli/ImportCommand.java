package io.ringhaul.cli;

import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Imports into a table. */
@Command(
    name = "import",
    description = "Imports rows into a table that exists.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ImportCommand extends OperationCommand<ImportResult> {

  @Mixin private FormatOptions format = new FormatOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "The columns to import, in CQL form. Default: all that the source has.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = "The Iceberg snapshot to read. Default: the current one.")
  private @Nullable Long snapshot;

  @Override
  OperationRequest<?, ImportResult> request(TokenAwareBulkOperator operator) {
    return operator
        .importInto(table().keyspace(), table().table())
        .from(source())
        .columns(columns.toArray(String[]::new));
  }

  private ImportSource source() {
    return switch (format.format()) {
      case ICEBERG -> {
        IcebergSource source = IcebergSource.warehouse(format.path());
        if (format.icebergTable() != null) {
          source = source.table(format.icebergTable());
        }
        yield snapshot == null ? source : source.snapshot(snapshot);
      }
    };
  }

  @Override
  void describe(ImportResult result, ResultReport report) {
    report.add("location", result.location());
  }
}
