package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.format.ExportTarget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Exports a table. */
@Command(
    name = "export",
    description = "Exports a table; the result appears in one step.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ExportCommand extends JobCommand<ExportResult> {

  @Mixin private FormatOptions format = new FormatOptions();
  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private SelectionOptions selection = new SelectionOptions();
  @Mixin private CellTimeOptions cellTimes = new CellTimeOptions();
  @Mixin private RejectOptions rejects = new RejectOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      converter = CqlName.class,
      description = "The columns to export, in CQL form. Default: all.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "Exports so many rows and no more, whichever come first. Default: all.")
  private @Nullable Long maxRows;

  @Option(
      names = "--fixed-tasks",
      description =
          "Leaves tasks as they were planned. Default: a task that turns out large is divided"
              + " while it runs, and others read a part of it.")
  private boolean fixedTasks;

  @Option(
      names = "--max-disk",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "The most bytes of the export's files, such as 20g, after which it fails and can be"
              + " resumed with more. Default: no bound.")
  private @Nullable Long maxDisk;

  /** Where the export of these arguments goes, beginning with the command's name. */
  static ExportTarget targetOf(List<String> arguments) {
    ExportCommand export = (ExportCommand) Main.parsed(arguments);
    return export.target.target(export.format);
  }

  @Override
  OperationRequest<?, ExportResult> request(TokenAwareBulkOperator operator) {
    ExportRequest request =
        operator
            .exportFrom(table().keyspace(), table().table())
            .to(target.target(format))
            .columns(columns.toArray(String[]::new));
    selection.apply(request);
    cellTimes.apply(request);
    rejects.apply(request);
    runningJob().ifPresent(job -> job.apply(request));
    if (fixedTasks) {
      request.fixedTasks();
    }
    if (maxDisk != null) {
      request.maxDiskBytes(maxDisk);
    }
    return maxRows == null ? request : request.maxRows(maxRows);
  }

  @Override
  void describe(ExportResult result, ResultReport report) {
    report.add("location", result.location());
    report.add("files", result.files());
    report.add("fileBytes", result.fileBytes());
    result.snapshotId().ifPresent(id -> report.add("snapshot", id));
    rejects.describe(result.rejectedRows(), report);
  }
}
