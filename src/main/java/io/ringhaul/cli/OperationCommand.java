package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.ScanRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.limits.Balancing;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import java.io.File;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
      converter = OptionValues.TableArgument.Converter.class)
  private OptionValues.@Nullable TableArgument table;

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

  final OptionValues.TableArgument table() {
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

  /** Keeps what holds an operation back, for its line of progress and its report. */
  private static final class BottleneckReport implements BottleneckListener {

    private final Map<String, Bottleneck> open = new LinkedHashMap<>();
    private Optional<LimitingFactor> limitedBy = Optional.empty();

    @Override
    public synchronized void found(Bottleneck bottleneck) {
      open.put(bottleneck.id(), bottleneck);
    }

    @Override
    public synchronized void ended(Bottleneck bottleneck) {
      open.remove(bottleneck.id());
    }

    @Override
    public synchronized void limitedBy(LimitingFactor factor) {
      limitedBy = Optional.of(factor);
    }

    /** What holds the operation back just now; empty for nothing. */
    synchronized String note() {
      return open.values().stream()
          .min(Bottleneck.BY_WEIGHT)
          .map(bottleneck -> "held back: " + bottleneck)
          .orElse("");
    }

    /** What took most of the operation's time, once it has ended. */
    synchronized Optional<LimitingFactor> limitingFactor() {
      return limitedBy;
    }
  }

  /** What an operation may take of the cluster and of this process. */
  private static final class LimitOptions {

    @Option(
        names = "--max-in-flight-per-node",
        paramLabel = "N",
        description = "The most requests in flight that one node coordinates. Default: no bound.")
    private @Nullable Integer maxInFlightPerNode;

    @Option(
        names = "--rate",
        paramLabel = "ROWS",
        description = "The most rows in a second. Default: no bound.")
    private @Nullable Long rate;

    @Option(
        names = "--max-bytes-per-second",
        paramLabel = "SIZE",
        description = "The most bytes in a second, such as 500k or 20m. Default: no bound.",
        converter = OptionValues.ByteSize.class)
    private @Nullable Long maxBytesPerSecond;

    @Option(
        names = "--max-cpu",
        paramLabel = "SHARE",
        description =
            "The part of all cores that this process may use, such as 50%% or 0.5. Default: no"
                + " bound.")
    private @Nullable String maxCpu;

    @Option(
        names = "--window",
        paramLabel = "HOURS",
        description =
            "When rows may be read or written, such as 22:00-05:00, 'Mon-Fri 22:00-05:00' or"
                + " '22:00-05:00 Europe/Berlin'; else the command pauses. Default: always.")
    private @Nullable String window;

    @Option(
        names = "--priority",
        paramLabel = "LEVEL",
        description =
            "The weight beside other operations of this process: ${COMPLETION-CANDIDATES}. Default:"
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
            "--max-cpu", "--max-cpu is " + text + "; it takes a share such as 50% or 0.5");
      }
    }
  }

  /** Whether settings are changed while an operation runs, and when it is held back. */
  private static final class TuningOptions {

    @Option(
        names = "--tune",
        paramLabel = "off|advise|adapt",
        description =
            "Whether requests in flight, workers and the size of pages or batches are changed while"
                + " the operation runs: adapt begins with what is set, or with what worked the last"
                + " time, and keeps what makes it faster; advise says what would help. Default:"
                + " advise.")
    private @Nullable TuningMode mode;

    @Option(
        names = "--protect-latency",
        paramLabel = "P99[/TIME]",
        converter = OptionValues.LatencyBoundText.class,
        description =
            "Holds the operation back so that the 99th percentile of a small read beside it, over"
                + " so much time, stays below this, such as 20ms or 20ms/30s. Default: it is not"
                + " held back; the time is 10 seconds.")
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

  /** Says on standard error that an operation pauses and that it goes on. */
  private static final class PauseNotice implements PauseListener {

    private final String operation;
    private final ProgressDisplay display;

    /**
     * @param operation the operation for people, such as {@code export store.orders}
     */
    PauseNotice(String operation, ProgressDisplay display) {
      this.operation = operation;
      this.display = display;
    }

    @Override
    public void paused(Pause pause) {
      display.say(operation + " is paused: " + pause.reason());
    }

    @Override
    public void resumed(Pause pause) {
      display.say(operation + " goes on");
    }
  }

  /** Stands for the cluster where a request is made and not run. */
  private static final class NoSession {

    private NoSession() {}

    static CqlSession create() {
      return (CqlSession)
          Proxy.newProxyInstance(
              CqlSession.class.getClassLoader(),
              new Class<?>[] {CqlSession.class},
              (proxy, method, arguments) -> {
                throw new IllegalStateException("There is no cluster to ask for " + method);
              });
    }
  }
}
