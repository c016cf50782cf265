package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.KeyspaceResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedTablesException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.KeyspaceJobs;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Runs a command for each table of a keyspace that matches a pattern, over one connection. Files of
 * a table are in a folder with its name.
 */
final class KeyspaceRun<Q extends OperationRequest<Q, R>, R extends OperationResult> {

  private static final String SCHEMA_FILE = "schema.cql";

  private final OperationCommand<Q, R> command;
  private final OptionValues.TableArgument pattern;
  private final CommandSpec spec;
  private final List<String> base;
  private final @Nullable String files;

  /** The exit code of each table that did not end with success, by its stored name. */
  private final Map<String, Integer> failed = new LinkedHashMap<>();

  private int begun;

  KeyspaceRun(OperationCommand<Q, R> command) {
    this.command = command;
    this.pattern = command.table();
    this.spec = command.spec();
    this.base = StoredCommand.forAnotherTable(spec);
    Object path = value("--path");
    this.files = path == null ? null : StoredCommand.absolute(path.toString());
  }

  /**
   * Runs the command for each table, and goes on after one that failed.
   *
   * @return the exit code: of the first table that did not end with success
   */
  int run() {
    for (String option :
        List.of(
            "--job-id",
            "--from",
            "--iceberg-table",
            "--differences",
            "--rejects",
            "--paths",
            "--mapping",
            "--primary-key",
            "--query")) {
      if (value(option) != null) {
        throw new InvalidSettingException(
            option, option + " is for one table, and " + pattern + " is a pattern");
      }
    }
    if (FormatOptions.STREAM.equals(value("--path"))) {
      throw new InvalidSettingException(
          "--path", "--path=- is for one table, and " + pattern + " is a pattern");
    }
    try (TokenAwareBulkOperator unconnected =
        TokenAwareBulkOperator.over(OperationCommand.NoSession.create())) {
      command.keyspaceRequest(unconnected);
    }
    // Reports invalid settings before the command connects to the cluster.
    one(CqlIdentifier.fromInternal("t")).check();
    Optional<JobOptions> jobs =
        command instanceof JobCommand<Q, R> stored
            ? stored.optionsOfKeyspace(spec.name() + " " + pattern)
            : Optional.empty();
    try (@Nullable JobStore store = jobs.map(JobOptions::store).orElse(null);
        CqlSession session = command.open(pattern.keyspace());
        @Nullable CqlSession source = command.openSource().orElse(null);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      run(operator, source, jobs);
    }
    return failed.values().stream().findFirst().orElse(ExitCode.DONE);
  }

  private void run(
      TokenAwareBulkOperator operator, @Nullable CqlSession source, Optional<JobOptions> jobs) {
    KeyspaceRequest<Q, R> request = command.keyspaceRequest(operator).tables(pattern.table());
    if (source != null) {
      request.tablesOf(source, pattern.keyspace());
    }
    // Without a local folder, an export writes no schema and an import takes all tables.
    Path folder = files == null || Locations.isObject(files) ? null : Path.of(files);
    if (folder != null && spec.name().equals("export")) {
      request.schemaTo(folder.resolve(SCHEMA_FILE));
    } else if (folder != null) {
      request.tablesIn(
          isIceberg()
              ? folder.resolve(CqlIdentifier.fromCql(pattern.keyspace()).asInternal())
              : folder);
    }
    UUID run = jobs.flatMap(this::unfinished).orElseGet(UUID::randomUUID);
    jobs.ifPresent(
        its -> request.job(its, table -> StoredCommand.of(one(table).spec())).jobId(run));
    try {
      KeyspaceResult<R> result =
          request.execute(
              (table, unset) -> {
                OperationCommand<Q, R> one = one(table);
                if (source != null) {
                  one.readFrom(source);
                }
                if (one instanceof JobCommand<Q, R> stored) {
                  jobs.ifPresent(its -> stored.joinKeyspace(its, KeyspaceJobs.id(run, table)));
                }
                return executed(one, operator, unset);
              });
      report(0, result.rows(), jobs);
    } catch (FailedTablesException e) {
      report(e.notBegun().size(), e.partialResult().orElseThrow().rows(), jobs);
    }
  }

  private R executed(OperationCommand<Q, R> one, TokenAwareBulkOperator operator, Q request) {
    String table = CqlIdentifier.fromCql(one.table().table()).asInternal();
    begun++;
    int exitCode = ExitCode.FAILED;
    try {
      ResultReport report = one.report();
      OperationCommand.Ended<R> ended =
          one.told(report, () -> one.execute(operator, one.prepared(request), report));
      exitCode = ended.exitCode();
      return ended.result();
    } catch (BulkOperationException e) {
      exitCode = ExitCode.of(e);
      throw e;
    } finally {
      if (exitCode != ExitCode.DONE) {
        failed.put(table, exitCode);
      }
    }
  }

  /** The run that {@code --resume} continues; empty to begin a new one. */
  private Optional<UUID> unfinished(JobOptions jobs) {
    JobKind kind = spec.name().equals("export") ? JobKind.EXPORT : JobKind.IMPORT;
    return jobs.resumes()
        ? KeyspaceJobs.unfinished(jobs.store(), kind, jobs.name())
        : Optional.empty();
  }

  /** The command for one table. */
  @SuppressWarnings("unchecked") // The same name is the same command.
  private OperationCommand<Q, R> one(CqlIdentifier table) {
    List<String> arguments = new ArrayList<>();
    String folder = files;
    for (String argument : base) {
      if (argument.startsWith("--job-store=")
          && command instanceof JobCommand<Q, R> ofKeyspace
          && !ofKeyspace.isStored()) {
        continue;
      }
      arguments.add(
          argument.startsWith("--path=") && folder != null && !isIceberg()
              ? "--path=" + Locations.child(folder, table.asInternal())
              : argument);
    }
    arguments.add(pattern.keyspace() + "." + table.asCql(true));
    return (OperationCommand<Q, R>) Main.parsed(arguments);
  }

  private void report(int notBegun, long rows, Optional<JobOptions> jobs) {
    int done = begun - failed.size();
    if (Boolean.TRUE.equals(value("--json"))) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("operation", spec.name());
      line.put("keyspace", CqlIdentifier.fromCql(pattern.keyspace()).asInternal());
      line.put("tables", begun + notBegun);
      line.put("tablesDone", done);
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
              Figures.count(done, "table", "tables"),
              Figures.count(rows, "row", "rows"));
      failed.forEach(
          (table, exitCode) ->
              TerminalText.out().printf("  not done: %s (exit code %d)%n", table, exitCode));
      if (notBegun > 0) {
        TerminalText.out().println("  not begun: " + Figures.count(notBegun, "table", "tables"));
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

  private @Nullable Object value(String name) {
    OptionSpec option = spec.findOption(name);
    return option == null ? null : option.getValue();
  }
}
