package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.ScanRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.limits.Balancing;
import java.io.File;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands that run one operation on one table have in common. */
abstract class OperationCommand<R extends OperationResult> implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      index = "0",
      paramLabel = "KEYSPACE.TABLE",
      description = "The table, in CQL form: names in double quotes keep their case.",
      converter = TableArgument.Converter.class)
  private @Nullable TableArgument table;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description = "The most requests in flight. Default: by the number of nodes.")
  private @Nullable Integer parallelism;

  @Mixin private LimitOptions limits = new LimitOptions();
  @Mixin private TuningOptions tuning = new TuningOptions();

  @Option(
      names = "--balancing",
      paramLabel = "WAY",
      description =
          "Which replica coordinates a request: ${COMPLETION-CANDIDATES}. Default: driver.")
  private @Nullable Balancing balancing;

  @Option(
      names = "--max-attempts",
      paramLabel = "N",
      description =
          "How often a request is sent at the most when the cluster fails in a way that may pass."
              + " Default: 10.")
  private @Nullable Integer maxAttempts;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      description = "About how many tasks. Default: by the size of the table or source.")
  private @Nullable Integer tasks;

  @Option(
      names = "--page-size",
      paramLabel = "ROWS",
      description =
          "Rows to a page. Default: adapted to about 256 KiB. An import reads no pages and leaves"
              + " it aside.")
  private @Nullable Integer pageSize;

  @Option(
      names = "--consistency",
      paramLabel = "LEVEL",
      description = "The consistency level. Default: LOCAL_QUORUM.")
  private @Nullable DefaultConsistencyLevel consistency;

  @Option(
      names = "--skip-preflight",
      description =
          "Begins without looking for permissions, masked columns, guardrails and room on the"
              + " disk.")
  private boolean skipPreflight;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A properties file with values for any of these options, without the dashes; the command"
              + " line wins. One file may serve count, export and import: each reads its own"
              + " options. A key that none of them has is an error.")
  private @Nullable File config;

  @Option(
      names = "--json",
      description = "Puts the result as one JSON object on one line of standard output.")
  private boolean json;

  /** The request, without the settings that all operations share. */
  abstract OperationRequest<?, R> request(TokenAwareBulkOperator operator);

  /** What is said of the result beside the figures, and put into its JSON. */
  abstract void describe(R result, ResultReport report);

  /** The operation is about to begin. */
  void begin() {
    // Most have nothing to do by then.
  }

  /** So many rows are handled by now. */
  void progressed(long rows) {
    // Most have nothing to do with it.
  }

  final TableArgument table() {
    return Objects.requireNonNull(table);
  }

  final CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  @Override
  public final Integer call() {
    if (config != null && spec().defaultValueProvider() == null) {
      throw new InvalidSettingException(
          "--config",
          "--config stands in a file of arguments, which is read too late: give it directly");
    }
    return run(new ResultReport(spec().name(), table(), json));
  }

  /** The request with all settings, as it is run. */
  private OperationRequest<?, R> prepared(TokenAwareBulkOperator operator) {
    OperationRequest<?, R> request = request(operator);
    if (parallelism != null) {
      request.parallelism(parallelism);
    }
    limits.apply(request);
    tuning.apply(request);
    if (balancing != null) {
      request.balancing(balancing);
    }
    if (maxAttempts != null) {
      request.maxAttempts(maxAttempts);
    }
    if (tasks != null) {
      request.taskCount(tasks);
    }
    if (pageSize != null && request instanceof ScanRequest<?, ?> scan) {
      scan.pageSize(pageSize);
    }
    if (consistency != null) {
      request.consistency(consistency);
    }
    if (skipPreflight) {
      request.skipPreflight();
    }
    return request;
  }

  /**
   * Makes the request, which is not run.
   *
   * @throws InvalidSettingException if one of the settings is out of bounds, or contradicts another
   */
  final void check() {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(NoSession.create())) {
      prepared(operator);
    }
  }

  /** Runs the operation and reports on it. */
  int run(ResultReport report) {
    try {
      // What is wrong with the settings is told before the cluster hears of it.
      check();
      return connected(report);
    } catch (BulkOperationException e) {
      report.failed(e);
      throw e;
    }
  }

  private int connected(ResultReport report) {
    try (CqlSession session = connection.open(table().keyspace());
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      OperationRequest<?, R> request = prepared(operator);
      BottleneckReport bottlenecks = new BottleneckReport();
      R result;
      begin();
      String name = TerminalText.escaped(spec().name() + " " + table());
      try (ProgressDisplay progress = ProgressDisplay.of(name)) {
        result =
            request
                .onPause(new PauseNotice(name, progress))
                .onProgress(
                    now -> {
                      progressed(now.rows());
                      progress.show(now, TerminalText.escaped(bottlenecks.note()));
                    })
                .onBottleneck(bottlenecks)
                .run();
      }
      describe(result, report);
      bottlenecks
          .limitingFactor()
          .ifPresent(factor -> report.add("limitedBy", factor.description()));
      report.done(result.totals());
      return ExitCode.DONE;
    }
  }
}
