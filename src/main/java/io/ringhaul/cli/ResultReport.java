package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.monitor.OperationTotals;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Prints the result of an operation to standard output, as text or as one line of JSON. */
final class ResultReport {

  private final boolean json;
  private final String operation;
  private final OptionValues.TableArgument table;
  private final Map<String, Object> more = new LinkedHashMap<>();

  ResultReport(String operation, OptionValues.TableArgument table, boolean json) {
    this.operation = operation;
    this.table = table;
    this.json = json;
  }

  /** Adds a fact that is specific to this kind of operation. */
  void add(String name, Object value) {
    more.put(name, value);
  }

  void done(OperationTotals totals) {
    if (json) {
      print(totals, 0);
      return;
    }
    TerminalText.out()
        .printf(
            Locale.ROOT,
            "%s %s: %,d rows in %.2f s (%,.0f rows/s), %d tasks, %d ranges, %d retries%n",
            operation,
            table,
            totals.rows(),
            seconds(totals),
            totals.rowsPerSecond(),
            totals.tasks(),
            totals.rangesDone(),
            totals.retries());
    if (totals.earlierRows() > 0) {
      TerminalText.out().printf(Locale.ROOT, "  rows of earlier runs: %,d%n", totals.earlierRows());
    }
    more.forEach((name, value) -> TerminalText.out().println("  " + name + ": " + value));
  }

  /** Prints a failure as JSON; in text mode, standard error has the message. */
  void failed(BulkOperationException failure) {
    if (json) {
      add("error", OptionNames.message(failure));
      if (failure instanceof UnknownWriteOutcomeException doubtful) {
        add("rowsInDoubt", doubtful.rows());
      }
      print(
          failure.partialResult().orElse(new OperationTotals(0, 0, 0, 0, 0, 0, 0, Duration.ZERO)),
          failure.failedRanges().size());
    }
  }

  private void print(OperationTotals totals, int failedRanges) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("operation", operation);
    line.put("keyspace", CqlIdentifier.fromCql(table.keyspace()).asInternal());
    line.put("table", CqlIdentifier.fromCql(table.table()).asInternal());
    line.put("rows", totals.rows());
    line.put("earlierRows", totals.earlierRows());
    line.put("bytes", totals.bytes());
    line.put("ranges", totals.rangesPlanned());
    line.put("rangesDone", totals.rangesDone());
    line.put("failedRanges", failedRanges);
    line.put("tasks", totals.tasks());
    line.put("retries", totals.retries());
    line.put("seconds", seconds(totals));
    line.put("rowsPerSecond", totals.rowsPerSecond());
    line.putAll(more);
    JsonResult.print(line);
  }

  private static double seconds(OperationTotals totals) {
    return totals.duration().toMillis() / 1e3;
  }
}
