package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.OperationPlan;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.ScanRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.limits.Balancing;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.spark.RinghaulSpark;
import io.ringhaul.table.TableSource;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Base of the commands that run one operation on one table. */
abstract class OperationCommand<Q extends OperationRequest<Q, R>, R extends OperationResult>
    implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KEYSPACE.TABLE",
      hideParamSyntax = true,
      description =
          "The table in CQL form; names in double quotes keep their case. Or -k KEYSPACE -t TABLE."
              + " A pattern such as 'store.*' stands for several tables.",
      converter = OptionValues.TableArgument.Converter.class)
  private OptionValues.@Nullable TableArgument table;

  @Option(
      names = {"-k", "--keyspace"},
      paramLabel = "KEYSPACE",
      converter = OptionValues.CqlName.class,
      description = "The keyspace in CQL form, with --table.")
  private @Nullable String keyspace;

  @Option(
      names = {"-t", "--table"},
      paramLabel = "TABLE",
      converter = OptionValues.CqlName.class,
      description = "The table in CQL form, with --keyspace.")
  private @Nullable String tableName;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description =
          "Maximum number of requests in flight. Default: derived from the number of nodes.")
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
          "Maximum number of attempts for a request that fails with a transient error. Default:"
              + " 10.")
  private @Nullable Integer maxAttempts;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      description =
          "Approximate number of tasks. Default: derived from the size of the table or source.")
  private @Nullable Integer tasks;

  @Option(
      names = "--page-size",
      paramLabel = "ROWS",
      description =
          "Rows per page; imports from files ignore this option. Default: adapted to about 256"
              + " KiB per page.")
  private @Nullable Integer pageSize;

  @Option(
      names = "--consistency",
      paramLabel = "LEVEL",
      description = "The consistency level. Default: local_quorum.")
  private @Nullable DefaultConsistencyLevel consistency;

  @Option(
      names = "--skip-preflight",
      description =
          "Skips the preflight checks (permissions, masked columns, guardrails, disk space).")
  private boolean skipPreflight;

  @SuppressWarnings("unused") // OptionDefaults reads its options before the parser does.
  @Mixin
  private OptionDefaults.Options defaults = new OptionDefaults.Options();

  @Option(
      names = "--json",
      description = "Prints the result as one JSON object on one line of standard output.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Prints errors and the result only: no progress and no notices.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also prints what the driver and libraries log, and stack traces.")
  private boolean verbose;

  /** Creates the request for the table, without settings. */
  abstract Q request(TokenAwareBulkOperator operator);

  /**
   * Creates the request for the tables of the keyspace.
   *
   * @throws InvalidSettingException if the command takes one table
   */
  KeyspaceRequest<Q, R> keyspaceRequest(TokenAwareBulkOperator operator) {
    throw new InvalidSettingException(
        "KEYSPACE.TABLE",
        String.format(
            "%s takes one table, and %s is a pattern; patterns are for copy, count, export, import,"
                + " profile, repair and verify",
            spec().name(), table()));
  }

  /** Sets on the request what not all operations have. */
  abstract void set(Q request);

  /** Adds facts about the result to the report, beside the common totals. */
  abstract void describe(R result, ResultReport report);

  /**
   * Compares the table with what was written, if the command asks for it, and reports on it.
   *
   * @return false if they differ
   */
  private boolean verified(TokenAwareBulkOperator operator, R result, ResultReport report) {
    Optional<VerifyRequest> comparison = verification(operator, result);
    if (comparison.isEmpty()) {
      return true;
    }
    VerifyRequest request = comparison.get();
    limits.apply(request);
    if (consistency != null) {
      request.consistency(consistency);
    }
    String name = TerminalText.escaped("verify " + table());
    try (ProgressDisplay progress = ProgressDisplay.of(name, quiet)) {
      VerifyResult found = request.onProgress(progress::show).execute();
      report.add("verified", found.isEqual() ? "equal" : "different");
      if (!found.isEqual()) {
        report.addCount("missing", found.missing());
        report.addCount("extra", found.extra());
        report.addCount("different", found.different());
        report.addAll("differences", found.differences());
      }
      return found.isEqual();
    }
  }

  /** The comparison that follows the operation; empty if there is none. */
  Optional<VerifyRequest> verification(TokenAwareBulkOperator operator, R result) {
    return Optional.empty();
  }

  /** The command that a user may want to run after this one succeeded; empty for none. */
  Optional<String> nextCommand() {
    return Optional.empty();
  }

  /** Whether this command runs for one of the tables of a pattern. */
  boolean isOfKeyspace() {
    return false;
  }

  /** The exit code of an operation that ran to its end. */
  int exitCode(R result) {
    return ExitCode.DONE;
  }

  /** Whether rows are written to standard output, so that the report needs another place. */
  boolean writesData() {
    return false;
  }

  /** Whether the reader of these rows has ended, so that the command ends without a message. */
  boolean isReaderGone() {
    return false;
  }

  /** The file of {@code --rejects}; empty without that option. */
  Optional<Path> rejectsFile() {
    return Optional.empty();
  }

  /** Connects to the cluster of a source table; empty if there is none. */
  Optional<CqlSession> openSource() {
    return Optional.empty();
  }

  /** Sets the session that reads the source table. */
  void readFrom(CqlSession source) {
    // No source table by default.
  }

  /** Connects to the cluster of the table, and reads the schema of a keyspace. */
  final CqlSession open(String keyspaceToRead) {
    return connection.open(keyspaceToRead);
  }

  /** Whether the command runs on Spark, if it can. */
  Optional<SparkOptions> spark() {
    return Optional.empty();
  }

  /**
   * Creates the request whose tasks run on Spark.
   *
   * @param request makes the same request on the executors
   */
  Q onSpark(RinghaulSpark entrance, RinghaulSpark.Request<Q> request) {
    throw new IllegalStateException(spec().name() + " has no option " + SparkOptions.ON);
  }

  /** The format and location of the target or source; empty if the command has none. */
  Optional<FormatOptions> format() {
    return Optional.empty();
  }

  /** Called immediately before the operation starts. */
  void begin() {
    // Does nothing by default.
  }

  /** Called with the number of rows processed so far. */
  void progressed(long rows) {
    // Does nothing by default.
  }

  /**
   * The table.
   *
   * @throws InvalidSettingException if the command line names none, or two
   */
  final OptionValues.TableArgument table() {
    if (table != null && keyspace == null && tableName == null) {
      return table;
    }
    if (table == null && keyspace != null && tableName != null) {
      return new OptionValues.TableArgument(keyspace, tableName);
    }
    throw new InvalidSettingException(
        "KEYSPACE.TABLE",
        table == null
            ? "Give the table: KEYSPACE.TABLE, or both -k KEYSPACE and -t TABLE"
            : "Give the table once: " + table + ", or -k KEYSPACE and -t TABLE");
  }

  final boolean isVerbose() {
    return verbose;
  }

  final boolean isQuiet() {
    return quiet;
  }

  final CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  @Override
  public final Integer call() {
    Optional<String> master = master();
    if (table().isPattern()) {
      return new KeyspaceRun<>(this).run();
    }
    if (master.isPresent() && !SparkOptions.isInSpark()) {
      check();
      CommandLine root = spec().root().commandLine();
      return SparkLauncher.run(
          master.get(),
          spark().orElseThrow().settings(),
          root.getParseResult().originalArgs(),
          !(root.getDefaultValueProvider() instanceof OptionDefaults));
    }
    ResultReport report = report();
    try {
      return told(report, () -> connected(report)).exitCode();
    } catch (BulkOperationException e) {
      return isReaderGone() ? ExitCode.READER_GONE : ExitCode.of(e);
    }
  }

  /** The master of Spark; empty to run in this process. */
  private Optional<String> master() {
    Optional<SparkOptions> options = spark();
    if (options.isEmpty() && SparkOptions.isInSpark()) {
      throw new InvalidSettingException(
          "COMMAND", spec().name() + " runs in one process: start it without spark-submit");
    }
    Optional<String> master = options.flatMap(SparkOptions::master);
    if (master.isPresent() && table().isPattern()) {
      throw new InvalidSettingException(
          SparkOptions.ON, SparkOptions.ON + " is for one table, and " + table() + " is a pattern");
    }
    return master;
  }

  final ResultReport report() {
    return new ResultReport(spec().name(), table(), json, writesData());
  }

  /** Sets on a source table what all scans have. */
  final TableSource scanned(TableSource source) {
    TableSource scanned = pageSize == null ? source : source.pageSize(pageSize);
    return skipPreflight ? scanned.skipPreflight() : scanned;
  }

  /** Sets all settings on the request. */
  final Q prepared(Q request) {
    set(request);
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
   * Creates the request of one table without running it.
   *
   * @throws InvalidSettingException if a setting is out of bounds or contradicts another setting
   */
  final void check() {
    if (table().isPattern()) {
      throw new InvalidSettingException(
          "KEYSPACE.TABLE", "A job takes one table, and " + table() + " is a pattern");
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(NoSession.create())) {
      prepared(request(operator));
    }
  }

  /**
   * Plans the operation without running it.
   *
   * @throws InvalidSettingException if a setting is out of bounds or contradicts another setting
   */
  final OperationPlan plan() {
    if (table().isPattern()) {
      throw new InvalidSettingException(
          "KEYSPACE.TABLE", "plan takes one table, and " + table() + " is a pattern");
    }
    check();
    try (CqlSession session = connection.open(table().keyspace());
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return ((ScanRequest<?, ?>) prepared(request(operator))).plan();
    }
  }

  /**
   * Runs the work of the command, and reports a failure.
   *
   * @throws BulkOperationException the reported failure
   */
  <T> T told(ResultReport report, Supplier<T> work) {
    try {
      return work.get();
    } catch (BulkOperationException e) {
      if (!isReaderGone()) {
        report.failed(e);
        tell(e);
      }
      throw e;
    }
  }

  /** Prints a failure. */
  void tell(BulkOperationException failure) {
    FailureReport.tell(spec().commandLine(), failure);
  }

  /** The end of an operation that ran to its end. */
  record Ended<R>(R result, int exitCode) {}

  private Ended<R> connected(ResultReport report) {
    // Reports invalid settings before the command connects to the cluster.
    check();
    try (CqlSession session = open(table().keyspace());
        @Nullable CqlSession source = openSource().orElse(null);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      if (source != null) {
        readFrom(source);
      }
      if (!quiet) {
        note(session).ifPresent(TerminalText.err()::println);
      }
      Optional<String> master = master();
      if (master.isEmpty()) {
        return execute(operator, prepared(request(operator)), report);
      }
      try (SparkRun<Q, R> spark =
          SparkRun.begin(
              this, master.get(), spark().orElseThrow().settings(), connection, session)) {
        return execute(operator, spark.request(), report);
      }
    }
  }

  /** Returns a line to print before the operation begins; empty for none. */
  Optional<String> note(CqlSession session) {
    return Optional.empty();
  }

  /** Executes the request, which has all its settings, and reports on the result. */
  final Ended<R> execute(TokenAwareBulkOperator operator, Q request, ResultReport report) {
    LimitReport limit = new LimitReport();
    R result;
    begin();
    String name = TerminalText.escaped(spec().name() + " " + table());
    try (ProgressDisplay progress = ProgressDisplay.of(name, quiet)) {
      result =
          request
              .onPause(progress)
              .onProgress(
                  now -> {
                    progressed(now.rows());
                    progress.show(now);
                  })
              .onBottleneck(limit)
              .execute();
    }
    describe(result, report);
    limit.factor.ifPresent(report::limitedBy);
    int exitCode = verified(operator, result, report) ? exitCode(result) : ExitCode.DIFFERENT;
    if (!quiet && !json && exitCode == ExitCode.DONE && !isOfKeyspace()) {
      nextCommand().ifPresent(report::next);
    }
    report.done(result.totals());
    return new Ended<>(result, exitCode);
  }

  /** Keeps what limited the operation, for the report. */
  private static final class LimitReport implements BottleneckListener {

    private volatile Optional<LimitingFactor> factor = Optional.empty();

    @Override
    public void found(Bottleneck bottleneck) {
      // The progress shows the health of the operation.
    }

    @Override
    public void limitedBy(LimitingFactor most) {
      factor = Optional.of(most);
    }
  }

  /** Limits on the cluster load and on the resources of this process. */
  private static final class LimitOptions {

    @Option(
        names = "--max-in-flight-per-node",
        paramLabel = "N",
        description =
            "Maximum number of requests in flight per coordinating node. Default: no limit.")
    private @Nullable Integer maxInFlightPerNode;

    @Option(
        names = "--rate",
        paramLabel = "ROWS",
        description = "Maximum number of rows per second. Default: no limit.")
    private @Nullable Long rate;

    @Option(
        names = "--max-bytes-per-second",
        paramLabel = "SIZE",
        description = "Maximum number of bytes per second, such as 500k or 20m. Default: no limit.",
        converter = OptionValues.ByteSize.class)
    private @Nullable Long maxBytesPerSecond;

    @Option(
        names = "--max-cpu",
        paramLabel = "SHARE",
        description =
            "Maximum share of all cores that this process uses, such as 50%% or 0.5. Default: no"
                + " limit.")
    private @Nullable String maxCpu;

    @Option(
        names = "--window",
        paramLabel = "HOURS",
        description =
            "Hours in which rows are read or written, such as 22:00-05:00, 'Mon-Fri 22:00-05:00'"
                + " or '22:00-05:00 Europe/Berlin'; the command pauses outside these hours."
                + " Default: always.")
    private @Nullable String window;

    @Option(
        names = "--priority",
        paramLabel = "LEVEL",
        description =
            "Priority among the operations of this process: ${COMPLETION-CANDIDATES}. Default:"
                + " normal.")
    private @Nullable JobPriority priority;

    void apply(OperationRequest<?, ?> request) {
      if (maxInFlightPerNode != null) {
        request.maxInFlightPerNode(maxInFlightPerNode);
      }
      if (rate != null) {
        request.maxRowsPerSecond(rate);
      }
      if (maxBytesPerSecond != null) {
        request.maxBytesPerSecond(maxBytesPerSecond);
      }
      if (maxCpu != null) {
        request.maxCpuShare(share(maxCpu));
      }
      if (window != null) {
        request.runWindow(RunWindow.parse(window));
      }
      if (priority != null) {
        request.priority(priority);
      }
    }

    private static double share(String text) {
      String number = text.strip();
      boolean isPercent = number.endsWith("%");
      try {
        double value =
            Double.parseDouble(isPercent ? number.substring(0, number.length() - 1) : number);
        return isPercent ? value / 100 : value;
      } catch (NumberFormatException e) {
        throw new InvalidSettingException(
            "--max-cpu", "--max-cpu is " + text + "; it must be a share such as 50% or 0.5");
      }
    }
  }

  /** Options for tuning and for latency protection. */
  private static final class TuningOptions {

    @Option(
        names = "--tune",
        paramLabel = "off|advise|adapt",
        description =
            "Tuning of requests in flight, workers, page size and batch size while the operation"
                + " runs: off changes nothing, advise only reports what would help, adapt starts"
                + " from the given or last successful values and keeps changes that increase"
                + " throughput. Default: advise.")
    private @Nullable TuningMode mode;

    @Option(
        names = "--protect-latency",
        paramLabel = "P99[/TIME]",
        converter = OptionValues.LatencyBoundText.class,
        description =
            "Throttles the operation to keep the 99th percentile latency of a small probe read"
                + " below this bound, measured over TIME, such as 20ms or 20ms/30s. Default: no"
                + " throttling; TIME is 10 seconds.")
    private @Nullable LatencyBound bound;

    void apply(OperationRequest<?, ?> request) {
      if (mode != null) {
        request.tuning(mode);
      }
      if (bound != null) {
        request.protectLatency(bound.p99(), bound.over());
      }
    }
  }

  /** A session that fails on each call; used to check a request without a cluster. */
  static final class NoSession {

    private NoSession() {}

    static CqlSession create() {
      return (CqlSession)
          Proxy.newProxyInstance(
              CqlSession.class.getClassLoader(),
              new Class<?>[] {CqlSession.class},
              (proxy, method, arguments) -> {
                throw new IllegalStateException(
                    "No cluster is connected; unexpected call of " + method);
              });
    }
  }
}
