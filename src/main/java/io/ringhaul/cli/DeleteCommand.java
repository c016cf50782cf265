package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.DeleteRequest;
import io.ringhaul.DeleteResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes rows by their keys. */
@Command(
    name = "delete",
    description =
        "Deletes the rows that satisfy a condition, or whose keys are in files or in another table."
            + " Without --apply it only counts the keys. What is written after its start survives.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class DeleteCommand extends JobCommand<DeleteRequest, DeleteResult> {

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private SelectionOptions.Conditions conditions = new SelectionOptions.Conditions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "The columns of the keys, in CQL form: the partition key and the first clustering"
              + " columns, to delete all rows that begin with them; for CSV files without a header,"
              + " the names of the fields. Default: the whole primary key.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--written-before",
      paramLabel = "TIME",
      description =
          "Deletes only what was written until this time, such as 2026-01-31T00:00:00Z. Default:"
              + " the start of the job.")
  private @Nullable Instant writtenBefore;

  @Option(names = "--apply", description = "Deletes the rows. Default: counts the keys only.")
  private boolean apply;

  @Mixin private BatchOptions batches = new BatchOptions();
  @Mixin private RejectOptions rejects = new RejectOptions();

  @Override
  Optional<String> noJob() {
    if (!apply) {
      return Optional.of("a dry run");
    }
    return source.isStream()
        ? Optional.of("a deletion with keys from standard input")
        : Optional.empty();
  }

  @Override
  Optional<CqlSession> openSource() {
    return source.open(this);
  }

  @Override
  void readFrom(CqlSession opened) {
    source.readFrom(opened);
  }

  @Override
  DeleteRequest request(TokenAwareBulkOperator operator) {
    return operator.deleteFrom(table().keyspace(), table().table());
  }

  @Override
  void set(DeleteRequest request) {
    if (!source.areGiven() && !conditions.areGiven()) {
      throw new InvalidSettingException(
          "--where",
          "Give the rows to delete: --where for a condition, --format and --path for keys in files,"
              + " or --from for a table of keys. To empty a table, use TRUNCATE");
    }
    if (source.areFiles() && conditions.areGiven()) {
      throw new InvalidSettingException(
          "--where", "--where is for rows of a table, and --path for keys in files: give one");
    }
    request
        .keys(
            source.source(
                table(), columns, rows -> scanned(conditions.applied(rows)).ignoreCellTimes()))
        .columns(source.selectedColumns(columns).toArray(String[]::new));
    batches.apply(request);
    rejects.apply(request);
    if (writtenBefore != null) {
      request.writtenBefore(writtenBefore);
    }
    runningJob().ifPresent(job -> job.apply(request));
    if (apply) {
      request.apply();
    }
  }

  @Override
  Optional<Path> rejectsFile() {
    return rejects.file();
  }

  @Override
  void describe(DeleteResult result, ResultReport report) {
    report.add("location", result.location());
    report.addCount("keys", result.keys());
    report.add("applied", result.isApplied());
    RejectOptions.describe(result.rejectedRows(), result.rejects(), report);
    if (!result.isApplied()) {
      report.add("next", "nothing was deleted; add --apply to delete");
    }
  }
}
