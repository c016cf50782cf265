package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.table.TableSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A source of any kind: files, an Iceberg table, or a table of a cluster. */
final class SourceOptions {

  @Mixin private FormatOptions format = new FormatOptions();
  @Mixin private SourceFileOptions files = new SourceFileOptions();
  @Mixin private SourceTableOptions table = new SourceTableOptions();

  /**
   * Makes the options of files optional: a table may be given in their place, and {@code --paths}
   * in place of {@code --path}.
   */
  static void configure(CommandLine commandLine, String... commands) {
    for (String name : commands) {
      CommandLine command = commandLine.getSubcommands().get(name);
      if (command != null) {
        CommandSpec spec = command.getCommandSpec();
        for (OptionSpec option : List.copyOf(spec.options())) {
          boolean isAlwaysNeeded = name.equals("import") && option.longestName().equals("--format");
          if (option.required() && !isAlwaysNeeded) {
            spec.remove(option);
            spec.addOption(option.toBuilder().required(false).build());
          }
        }
      }
    }
  }

  /** Whether an option names files. */
  boolean areFiles() {
    return format.isGiven();
  }

  /** Whether the source is standard input. */
  boolean isStream() {
    return format.isStream();
  }

  /** Whether an option names files or a table. */
  boolean areGiven() {
    return format.isGiven() || table.areGiven();
  }

  /** Connects to the cluster of the source, if the source is a table. */
  Optional<CqlSession> open(OperationCommand<?, ?> command) {
    return format.isGiven() ? Optional.empty() : Optional.of(table.open(command));
  }

  /** Sets the session that reads the source, if the source is a table. */
  void readFrom(CqlSession opened) {
    table.readFrom(opened);
  }

  /**
   * The source; without options, the command's own table.
   *
   * @param columns the values of {@code --columns}
   * @param choices sets how a table is read
   */
  ImportSource source(
      OptionValues.TableArgument own, List<String> columns, UnaryOperator<TableSource> choices) {
    if (!format.isGiven()) {
      if (files.areGiven()) {
        throw new InvalidSettingException(
            "--format", "Options of files need --format and --path; a source table has none");
      }
      return choices.apply(table.source(own));
    }
    if (table.areGiven()) {
      throw new InvalidSettingException(
          "--format",
          "Give one source: --format and --path, or --from and the other options of a source"
              + " table");
    }
    return files.source(format, columns);
  }

  /**
   * Checks that the source has all rows of its table.
   *
   * @param option the option that needs them
   */
  void requireAllRows(String option) {
    files.requireAllRows(option);
  }

  /** The columns to select from the source; empty for all columns. */
  List<String> selectedColumns(List<String> columns) {
    return format.isGiven()
        ? files.selectedColumns(format, columns)
        : OptionValues.CqlName.all("--columns", columns);
  }
}
