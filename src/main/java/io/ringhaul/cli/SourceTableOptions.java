package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.table.TableSource;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The table to read, and its cluster. */
final class SourceTableOptions {

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
          "A node of the cluster of that table; repeatable, or several with commas. Default: the"
              + " cluster of KEYSPACE.TABLE.")
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

  /** Reads the source table; null while only the settings are checked. */
  private @Nullable CqlSession session;

  /** Whether an option names a table or a cluster. */
  boolean areGiven() {
    return from != null || consistency != null || isElsewhere();
  }

  private boolean isElsewhere() {
    return !contactPoints.isEmpty()
        || localDatacenter != null
        || driverConfig != null
        || username != null;
  }

  /**
   * Connects to the cluster.
   *
   * @throws InvalidSettingException if the options do not say which cluster
   */
  CqlSession open(OperationCommand<?, ?> command) {
    if (isElsewhere() && contactPoints.isEmpty() && driverConfig == null) {
      throw new InvalidSettingException(
          "--from-contact-point",
          (username == null ? "--from-local-dc" : "--from-username")
              + " needs the cluster of the source table: give --from-contact-point or"
              + " --from-driver-config");
    }
    String keyspace = (from == null ? command.table() : from).keyspace();
    return isElsewhere()
        ? new ConnectionOptions(contactPoints, localDatacenter, driverConfig, username)
            .open(keyspace)
        : command.open(keyspace);
  }

  /** Sets the session that reads the source table. */
  void readFrom(CqlSession opened) {
    session = opened;
  }

  TableSource source(OptionValues.TableArgument target) {
    OptionValues.TableArgument table = from == null ? target : from;
    CqlSession reads = session;
    TableSource source =
        TableSource.of(
            reads == null ? OperationCommand.NoSession.create() : reads,
            table.keyspace(),
            table.table());
    return consistency == null ? source : source.consistency(consistency);
  }
}
