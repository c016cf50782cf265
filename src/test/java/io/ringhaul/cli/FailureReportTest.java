package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.monitor.OperationTotals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Tests the exit code, the sentence and the JSON of failures. */
class FailureReportTest {

  private static final OperationTotals PARTIAL =
      new OperationTotals(700, 0, 5_600, 48, 23, 12, 4, Duration.ofMillis(1_500));

  @Test
  void exitCodeDependsOnFailureType() {
    assertThat(ExitCode.of(incomplete(2))).isEqualTo(3);
    assertThat(ExitCode.of(new InvalidSettingException("--rows", "wrong"))).isEqualTo(2);
    assertThat(ExitCode.of(new BulkOperationException("failed"))).isEqualTo(1);
    assertThat(ExitCode.of(new IllegalStateException("a bug"))).isEqualTo(1);
  }

  @Test
  void listsFailedRanges() {
    assertThat(told(incomplete(2), 3))
        .isEqualTo(
            String.format("ringhaul: some are missing%n  (0, 10]: gone%n  (10, 20]: gone%n"));
    assertThat(told(incomplete(25), 3).lines())
        .hasSize(22)
        .contains("  (190, 200]: gone", "  and 5 more")
        .doesNotContain("  (200, 210]: gone");
  }

  @Test
  void reportsUnexpectedFailureInOneLine() {
    assertThat(told(new IllegalStateException("a bug"), 1))
        .startsWith("ringhaul: unexpected java.lang.IllegalStateException: a bug; give --verbose ")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--verbose", "-v", "RINGHAUL_VERBOSE"})
  void printsStackTrace(String verbose) {
    boolean isVariable = verbose.startsWith("RINGHAUL");
    String[] arguments =
        isVariable ? new String[] {"count", "k.t"} : new String[] {"count", "k.t", verbose};
    Map<String, String> environment = isVariable ? Map.of(verbose, "true") : Map.of();
    assertThat(told(new IllegalStateException("a bug"), 1, environment, arguments))
        .startsWith(
            "ringhaul: unexpected java.lang.IllegalStateException: a bug; report this error with"
                + " its stack trace:")
        .contains("\tat io.ringhaul.cli.FailureReportTest.");
    assertThat(told(incomplete(1), 3, environment, arguments))
        .startsWith("ringhaul: some are missing")
        .contains("\tat io.ringhaul.cli.FailureReportTest.");
  }

  @Test
  void printsStackTraceOfUnexpectedFailureWithoutOption() {
    assertThat(told(new IllegalStateException("a bug"), 1, Map.of(), "jobs", "list"))
        .contains("; report this error with its stack trace:", "\tat ");
    assertThat(told(new InvalidSettingException("--limit", "wrong"), 2, Map.of(), "jobs", "list"))
        .doesNotContain("\tat ");
  }

  @Test
  void jsonContainsPartialResult() throws IOException {
    ResultReport report =
        new ResultReport(
            "count", new OptionValues.TableArgument("store", "\"Orders\""), true, false);
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      report.failed(incomplete(25));
    } finally {
      System.setOut(out);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text).hasLineCount(1);
    JsonNode line = new ObjectMapper().readTree(text);
    assertThat(line.path("operation").asText()).isEqualTo("count");
    assertThat(line.path("keyspace").asText()).isEqualTo("store");
    assertThat(line.path("table").asText()).isEqualTo("Orders");
    assertThat(line.path("rows").asLong()).isEqualTo(700);
    assertThat(line.path("bytes").asLong()).isEqualTo(5_600);
    assertThat(line.path("ranges").asInt()).isEqualTo(48);
    assertThat(line.path("rangesDone").asInt()).isEqualTo(23);
    assertThat(line.path("failedRanges").asInt()).isEqualTo(25);
    assertThat(line.path("tasks").asInt()).isEqualTo(12);
    assertThat(line.path("retries").asInt()).isEqualTo(4);
    assertThat(line.path("seconds").asDouble()).isEqualTo(1.5);
    assertThat(line.path("error").asText()).isEqualTo("some are missing");
  }

  private static String told(Exception failure, int exitCode) {
    return told(failure, exitCode, Map.of(), "count", "k.t");
  }

  private static String told(
      Exception failure, int exitCode, Map<String, String> environment, String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine(arguments).setErr(new PrintWriter(err));
    OptionDefaults.apply(commandLine, environment, arguments);
    int given =
        new FailureReport()
            .handleExecutionException(failure, commandLine, commandLine.parseArgs(arguments));
    assertThat(given).isEqualTo(exitCode);
    return err.toString();
  }

  private static IncompleteOperationException incomplete(int ranges) {
    List<FailedRange> failed =
        IntStream.range(0, ranges)
            .mapToObj(i -> new FailedRange(i * 10L, i * 10L + 10, "gone"))
            .toList();
    return new IncompleteOperationException("some are missing", null, PARTIAL, failed);
  }
}
