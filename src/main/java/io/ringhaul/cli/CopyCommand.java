package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.ImportRequest;
import io.ringhaul.table.TableSource;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

  /** Reads the source table; null while only the settings are checked. */
  private @Nullable CqlSession from;

  @Override
  Optional<CqlSession> openSource() {
    CqlSession opened = source.open(this);
    from = opened;
    return Optional.of(opened);
  }

  @Override
  void read(ImportRequest request) {
    CqlSession session = from;
    request
        .from(source.source(session == null ? NoSession.create() : session, table()))
        .columns(source.selectedColumns().toArray(String[]::new));
  }

  /** The table to read, and its cluster. */
  private static final class SourceTableOptions {

    @Option(
        names = "--from",
        paramLabel = "KEYSPACE.TABLE",
        hideParamSyntax = true,
        description = "The table to read, in CQL form. Default: the same name.",
        converter = OptionValues.TableArgument.Converter.class)
    private OptionValues.@Nullable TableArgument from;

    @Option(
        names = "--from-contact-point",
        paramLabel = "HOST[:PORT]",
        hideParamSyntax = true,
        split = ",",
        description =
            "A node of the cluster to read; repeatable, or several with commas. Default: the"
                + " cluster to write.")
    private List<String> contactPoints = new ArrayList<>();

    @Option(
        names = "--from-local-dc",
        paramLabel = "NAME",
        description =
            "The data centre to read in that cluster. Default: the only data centre of the"
                + " cluster.")
    private @Nullable String localDatacenter;

    @Option(
        names = "--from-driver-config",
        paramLabel = "FILE",
        description = "A configuration file of the driver for that cluster.")
    private @Nullable File driverConfig;

    @Option(
        names = "--from-username",
        paramLabel = "NAME",
        description =
            "The role for the login to that cluster; the password comes from"
                + " RINGHAUL_FROM_PASSWORD or a prompt.")
    private @Nullable String username;

    @Option(
        names = "--from-consistency",
        paramLabel = "LEVEL",
        description = "The consistency level of the reads. Default: local_quorum.")
    private @Nullable DefaultConsistencyLevel consistency;

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

    CqlSession open(CopyCommand command) {
      String keyspace = (from == null ? command.table() : from).keyspace();
      boolean isElsewhere =
          !contactPoints.isEmpty()
              || localDatacenter != null
              || driverConfig != null
              || username != null;
      return isElsewhere
          ? new ConnectionOptions(contactPoints, localDatacenter, driverConfig, username)
              .open(keyspace)
          : command.open(keyspace);
    }

    TableSource source(CqlSession session, OptionValues.TableArgument target) {
      OptionValues.TableArgument table = from == null ? target : from;
      TableSource source =
          conditions.applied(TableSource.of(session, table.keyspace(), table.table()));
      source = ignoreCellTimes ? source.ignoreCellTimes() : source;
      return consistency == null ? source : source.consistency(consistency);
    }

    List<String> selectedColumns() {
      return OptionValues.CqlName.all("--columns", columns);
    }
  }
}
