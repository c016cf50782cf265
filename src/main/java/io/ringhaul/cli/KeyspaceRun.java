package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.scan.SizeEstimate;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Runs a command for each table of a keyspace that matches a pattern, the largest first. Each table
 * has a job of its own, whose id is derived from the run and the table, so that a resumed run skips
 * the tables that are done. Files of a table are in a folder with its name.
 */
final class KeyspaceRun {

  private static final Set<String> COMMANDS =
      Set.of("count", "profile", "export", "import", "copy", "verify", "repair");

  /** The label of each job that has the id of the run. */
  private static final String RUN = "keyspace-run";

  private static final String SCHEMA_FILE = "schema.cql";

  private final OperationCommand<?> command;
  private final OptionValues.TableArgument pattern;
  private final CommandSpec spec;

  KeyspaceRun(OperationCommand<?> command) {
    this.command = command;
    this.pattern = command.table();
    this.spec = command.spec();
  }

  /**
   * Runs the command for each table, and goes on after one that failed.
   *
   * @return the exit code: of the first table that did not end with success
   */
  int run() {
    if (!COMMANDS.contains(spec.name())) {
      throw new InvalidSettingException(
          "KEYSPACE.TABLE",
          String.format(
              "%s takes one table, and %s is a pattern; patterns are for %s",
              spec.name(), pattern, COMMANDS.stream().sorted().collect(Collectors.joining(", "))));
    }
    for (String option :
        List.of("--job-id", "--from", "--iceberg-table", "--differences", "--rejects")) {
      if (value(option) != null) {
        throw new InvalidSettingException(
            option, option + " is for one table, and " + pattern + " is a pattern");
      }
    }
    List<String> tables = tables();
    Optional<Run> jobs = jobs(tables);
    List<String> base = StoredCommand.forAnotherTable(spec);
    Map<String, Integer> failed = new LinkedHashMap<>();
    long rows = 0;
    int done = 0;
    for (String table : tables) {
      CommandLine one = Main.commandLine(spec.name());
      int exitCode = one.execute(arguments(base, table, jobs).toArray(String[]::new));
      OperationCommand<?> ran =
          (OperationCommand<?>)
              Objects.requireNonNull(one.getSubcommands().get(spec.name())).getCommand();
      rows += ran.rows();
      done++;
      if (exitCode != ExitCode.DONE) {
        failed.put(table, exitCode);
      }
      if (exitCode == ExitCode.STOPPED) {
        break;
      }
    }
    report(tables.size(), done, rows, failed, jobs);
    return failed.values().stream().findFirst().orElse(ExitCode.DONE);
  }

  private List<String> tables() {
    Path files = folder();
    if (files != null && !spec.name().equals("export")) {
      return subfolders(isIceberg() ? files.resolve(name(pattern.keyspace())) : files);
    }
    // The session of a source table also has the keyspace's schema.
    try (CqlSession session =
        command.openSource().orElseGet(() -> command.open(pattern.keyspace()))) {
      KeyspaceMetadata keyspace =
          session
              .getMetadata()
              .getKeyspace(CqlIdentifier.fromCql(pattern.keyspace()))
              .orElseThrow(
                  () ->
                      new UnsuitableTableException(
                          pattern.toString(),
                          "Keyspace " + pattern.keyspace() + " does not exist"));
      List<TableMetadata> found =
          keyspace.getTables().values().stream()
              .filter(table -> pattern.matches(table.getName().asInternal()))
              .toList();
      requireSome(found, "keyspace " + pattern.keyspace());
      if (spec.name().equals("export")) {
        writeSchema(session, keyspace, Objects.requireNonNull(files));
      }
      Map<String, Long> sizes = new LinkedHashMap<>();
      found.forEach(table -> sizes.put(table.getName().asInternal(), size(session, table)));
      return sizes.entrySet().stream()
          .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
          .map(Map.Entry::getKey)
          .toList();
    }
  }

  private static long size(CqlSession session, TableMetadata table) {
    LocalNodes nodes = LocalNodes.of(session);
    boolean isOnTablets =
        RingSource.of(session, table.getKeyspace(), table.getName())
            .read(nodes.datacenter())
            .isOnTablets();
    return new SizeEstimate(
            session,
            new TableLookup(session).readable(table.getKeyspace(), table.getName()),
            nodes.nodes(),
            isOnTablets)
        .bytes();
  }

  private List<String> subfolders(Path parent) {
    try (Stream<Path> entries = Files.list(parent)) {
      List<String> found =
          entries
              .filter(Files::isDirectory)
              .map(folder -> String.valueOf(folder.getFileName()))
              .filter(pattern::matches)
              .sorted()
              .toList();
      requireSome(found, "folder " + parent);
      return found;
    } catch (IOException e) {
      throw new StorageException(
          parent.toString(), "The folder of the tables cannot be read: " + e, e);
    }
  }

  private void requireSome(List<?> found, String where) {
    if (found.isEmpty()) {
      throw new InvalidSettingException(
          "KEYSPACE.TABLE", String.format("No table in the %s matches %s", where, pattern.table()));
    }
  }

  /** Writes what creates the keyspace with its types, tables, indexes, views and functions. */
  private static void writeSchema(CqlSession session, KeyspaceMetadata keyspace, Path folder) {
    Path file = folder.resolve(SCHEMA_FILE);
    try {
      Files.createDirectories(folder);
      Files.writeString(file, schema(session, keyspace), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StorageException(
          file.toString(), "The schema cannot be written to " + file + ": " + e, e);
    }
  }

  /** The server's own description; the driver's for servers that have none. */
  private static String schema(CqlSession session, KeyspaceMetadata keyspace) {
    try {
      List<Row> rows = session.execute("DESCRIBE KEYSPACE " + keyspace.getName().asCql(true)).all();
      return rows.stream()
          .map(row -> row.getString("create_statement"))
          .collect(Collectors.joining("\n\n", "", "\n"));
    } catch (DriverException e) {
      return keyspace.describeWithChildren(true) + "\n";
    }
  }

  /** The jobs of a run. */
  private record Run(String name, UUID id, boolean resumes) {}

  private Optional<Run> jobs(List<String> tables) {
    if (!(command instanceof JobCommand<?> stored) || !stored.isStored()) {
      return Optional.empty();
    }
    String name =
        String.valueOf(Objects.requireNonNullElse(value("--job"), spec.name() + " " + pattern));
    boolean resumes = Boolean.TRUE.equals(value("--resume"));
    return Optional.of(
        new Run(
            name,
            resumes ? unfinished(stored.storeLocation(), name, tables) : UUID.randomUUID(),
            resumes));
  }

  /** The newest run of the name, unless all its jobs are completed. */
  private static UUID unfinished(JobStoreLocation location, String name, List<String> tables) {
    try (JobStore store = location.open()) {
      Optional<String> run =
          store.list().stream()
              .filter(job -> job.name().startsWith(name + "/"))
              .flatMap(job -> Optional.ofNullable(job.labels().get(RUN)).stream())
              .findFirst();
      if (run.isEmpty()) {
        return UUID.randomUUID();
      }
      UUID id = UUID.fromString(run.get());
      boolean isDone =
          tables.stream()
              .allMatch(
                  table ->
                      store
                          .find(job(id, table))
                          .map(Job::status)
                          .equals(Optional.of(JobStatus.COMPLETED)));
      return isDone ? UUID.randomUUID() : id;
    }
  }

  private static UUID job(UUID run, String table) {
    return UUID.nameUUIDFromBytes((run + "/" + table).getBytes(StandardCharsets.UTF_8));
  }

  private List<String> arguments(List<String> base, String table, Optional<Run> jobs) {
    List<String> arguments = new ArrayList<>();
    for (String argument : base) {
      Path files = folder();
      arguments.add(
          argument.startsWith("--path=") && files != null && !isIceberg()
              ? "--path=" + files.resolve(table)
              : argument);
    }
    jobs.ifPresent(
        run -> {
          arguments.add("--job=" + run.name() + "/" + table);
          arguments.add("--job-id=" + job(run.id(), table));
          arguments.add("--job-label=" + RUN + "=" + run.id());
          if (run.resumes()) {
            arguments.add("--resume");
          }
        });
    arguments.add(pattern.keyspace() + "." + CqlIdentifier.fromInternal(table).asCql(true));
    return arguments;
  }

  private void report(
      int tables, int done, long rows, Map<String, Integer> failed, Optional<Run> jobs) {
    if (Boolean.TRUE.equals(value("--json"))) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("operation", spec.name());
      line.put("keyspace", name(pattern.keyspace()));
      line.put("tables", tables);
      line.put("tablesDone", done - failed.size());
      line.put("rows", rows);
      line.put("failed", failed);
      JsonResult.print(line);
    } else {
      TerminalText.out()
          .printf(
              Locale.ROOT,
              "%s %s: %s, %s%n",
              spec.name(),
              pattern,
              Figures.count(done - failed.size(), "table", "tables"),
              Figures.count(rows, "row", "rows"));
      failed.forEach(
          (table, exitCode) ->
              TerminalText.out().printf("  not done: %s (exit code %d)%n", table, exitCode));
      if (done < tables) {
        TerminalText.out()
            .println("  not begun: " + Figures.count(tables - done, "table", "tables"));
      }
    }
    if (!failed.isEmpty() && jobs.isPresent()) {
      spec.commandLine()
          .getErr()
          .println("  go on with the same command and --job '" + jobs.get().name() + "' --resume");
      spec.commandLine().getErr().flush();
    }
  }

  private boolean isIceberg() {
    return value("--format") == FormatOptions.Format.ICEBERG;
  }

  private @Nullable Path folder() {
    Object path = value("--path");
    return path == null ? null : Path.of(StoredCommand.absolute(path.toString()));
  }

  private @Nullable Object value(String name) {
    OptionSpec option = spec.findOption(name);
    return option == null ? null : option.getValue();
  }

  private static String name(String cql) {
    return CqlIdentifier.fromCql(cql).asInternal();
  }
}
