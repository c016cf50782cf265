package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.OperationTotals;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests the summary of an operation. */
class ResultReportTest {

  private static final OperationTotals SHORT =
      new OperationTotals(1, 0, 90, 0, 0, 1, 0, Duration.ofMillis(500));
  private static final OperationTotals LONG =
      new OperationTotals(1_200_000, 0, 90_000, 48, 48, 12, 1, Duration.ofSeconds(192));

  @Test
  void summarisesInPeoplesNumbers() {
    assertThat(printed(false, SHORT))
        .isEqualTo(
            "export store.orders: 1 row in 0.50 s (2 rows/s), 1 task\n"
                + "  files  3, 85 MB (85,012,345 bytes)\n"
                + "  job    1234\n");
    assertThat(printed(false, LONG))
        .isEqualTo(
            "export store.orders: 1,200,000 rows in 3 min 12 s (6,250 rows/s), 12 tasks,"
                + " 1 retry\n"
                + "  files       3, 85 MB (85,012,345 bytes)\n"
                + "  limited by  the cluster\n"
                + "  job         1234\n");
  }

  @Test
  void keepsExactNumbersInJson() {
    assertThat(printed(true, SHORT))
        .hasLineCount(1)
        .contains(
            "\"files\":3",
            "\"fileBytes\":85012345",
            "\"rowsRead\":1", "\"limitedBy\":\"the cluster\"", "\"seconds\":0.5");
  }

  private static String printed(boolean json, OperationTotals totals) {
    ResultReport report =
        new ResultReport("export", new OptionValues.TableArgument("store", "orders"), json, false);
    report.add("jobId", "1234");
    report.addFiles(3, 85_012_345);
    report.addRows("rowsRead", totals.rows(), totals);
    report.limitedBy("the cluster");
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      report.done(totals);
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
