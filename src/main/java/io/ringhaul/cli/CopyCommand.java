package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ImportRequest;
import io.ringhaul.format.ImportSource;
import io.ringhaul.table.TableSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies a table to another table, in the same or another cluster. */
@Command(
    name = "copy",
    description =
        "Copies rows into a table from a table of the same or another cluster, with their write"
            + " times and TTLs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class CopyCommand extends WriteCommand {

  @Mixin private SourceTableOptions source = new SourceTableOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description = "The columns to copy, in CQL form. Default: all columns of the source.")
  private List<String> columns = new ArrayList<>();

  @Mixin private SelectionOptions.Conditions conditions = new SelectionOptions.Conditions();

  @Option(
      names = "--ignore-cell-times",
      description =
          "Copies values without their write times and TTLs; all cells get the current time.")
  private boolean ignoreCellTimes;

  @Option(
      names = "--create-indexes-and-views",
      description =
          "Creates the indexes and materialized views of the source table that the table lacks, after"
              + " the rows are copied. Default: the result of --create-table names them.")
  private boolean createIndexesAndViews;

  @Override
  Optional<CqlSession> openSource() {
    return Optional.of(source.open(this));
  }

  @Override
  void readFrom(CqlSession opened) {
    source.readFrom(opened);
  }

  @Override
  void read(ImportRequest request) {
    TableSource table = table(ignoreCellTimes);
    request.from(table).columns(writtenColumns().toArray(String[]::new));
    if (createIndexesAndViews) {
      request.createIndexesAndViews();
    }
  }

  private TableSource table(boolean withoutTimes) {
    TableSource table = conditions.applied(scanned(source.source(table())));
    return withoutTimes ? table.ignoreCellTimes() : table;
  }

  @Override
  ImportSource written() {
    return table(true);
  }

  @Override
  List<String> writtenColumns() {
    return OptionValues.CqlName.all("--columns", columns);
  }
}
