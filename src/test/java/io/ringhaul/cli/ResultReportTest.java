package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.OperationTotals;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
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
                + "  limited by  your limit of 8,000 rows/s (--rate), for 93 % of the time\n"
                + "  job         1234\n");
  }

  @Test
  void keepsExactNumbersInJson() {
    assertThat(printed(true, SHORT))
        .hasLineCount(1)
        .contains(
            "\"files\":3",
            "\"fileBytes\":85012345",
            "\"rowsRead\":1",
            "\"limitedBy\":\"your limit of 8,000 rows/s\"",
            "\"limitedByKind\":\"rows_per_second\"",
            "\"seconds\":0.5");
  }

  private static String printed(boolean json, OperationTotals totals) {
    ResultReport report =
        new ResultReport("export", new OptionValues.TableArgument("store", "orders"), json, false);
    report.add("jobId", "1234");
    report.addFiles(3, 85_012_345);
    report.addRows("rowsRead", totals.rows(), totals);
    report.limitedBy(
        new LimitingFactor(LimitingFactor.Kind.ROWS_PER_SECOND, 0.93, OptionalLong.of(8_000)));
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
