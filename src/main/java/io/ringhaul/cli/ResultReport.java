package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.OperationTotals;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints the result of an operation, as text or as one line of JSON. */
final class ResultReport {

  /** The start and the end dominate shorter operations. */
  private static final Duration LEAST_TO_EXPLAIN = Duration.ofSeconds(5);

  /** The fact that text has near its end. */
  static final String JOB = "jobId";

  private static final String NEXT = "next";

  private final boolean json;
  private final boolean toErr;
  private final String operation;
  private final OptionValues.TableArgument table;
  private final Map<String, Object> more = new LinkedHashMap<>();
  private @Nullable LimitingFactor limitedBy;
  private @Nullable String next;

  /**
   * A number that text has in another form than JSON.
   *
   * @param text empty if text leaves it out
   */
  private record Figure(long number, String text) {}

  /** A list with a line of text for each thing. */
  private record Listing(List<String> texts, List<?> facts) {

    private static final int MOST_SHOWN = 20;

    @Override
    public String toString() {
      String gap = System.lineSeparator() + "    ";
      String shown = gap + String.join(gap, texts.subList(0, Math.min(MOST_SHOWN, texts.size())));
      return texts.size() > MOST_SHOWN
          ? shown + gap + "and " + Figures.count(texts.size() - MOST_SHOWN, "other", "others")
          : shown;
    }
  }

  /**
   * @param toErr whether standard error gets the result, because standard output has rows
   */
  ResultReport(String operation, OptionValues.TableArgument table, boolean json, boolean toErr) {
    this.toErr = toErr;
    this.operation = operation;
    this.table = table;
    this.json = json;
  }

  /** Adds a fact that is specific to this kind of operation. */
  void add(String name, Object value) {
    more.put(name, value);
  }

  /** Adds a number of things. Others, such as ids, have no thousands separators in text. */
  void addCount(String name, long number) {
    more.put(name, new Figure(number, String.format(Locale.ROOT, "%,d", number)));
  }

  /** Adds a number of rows, which text leaves out if it is that of the whole operation. */
  void addRows(String name, long number, OperationTotals totals) {
    String text = number == totals.rows() ? "" : String.format(Locale.ROOT, "%,d", number);
    more.put(name, new Figure(number, text));
  }

  /** Adds the files that the operation wrote: two numbers in JSON, one line of text. */
  void addFiles(long files, long bytes) {
    String size = files == 0 ? "" : ", " + Figures.size(bytes);
    more.put("files", new Figure(files, String.format(Locale.ROOT, "%,d", files) + size));
    more.put("fileBytes", new Figure(bytes, ""));
  }

  /** Adds a size in bytes: a number in JSON. */
  void addSize(String name, long bytes) {
    more.put(name, new Figure(bytes, Figures.size(bytes)));
  }

  /** Adds things that text shows on a line each, the first ones only. */
  void addAll(String name, List<?> values) {
    List<String> texts = values.stream().map(Object::toString).toList();
    addAll(name, texts, texts);
  }

  /**
   * Adds things that text shows on a line each, the first ones only.
   *
   * @param texts the lines
   * @param facts the things in JSON
   */
  void addAll(String name, List<String> texts, List<?> facts) {
    if (!facts.isEmpty()) {
      more.put(name, new Listing(texts, facts));
    }
  }

  /** Sets what limited the operation; text omits it for short operations. */
  void limitedBy(LimitingFactor factor) {
    limitedBy = factor;
  }

  /** Sets the command that follows from the result; JSON has none. */
  void next(String command) {
    next = command;
  }

  void done(OperationTotals totals) {
    if (json) {
      print(totals, 0);
      return;
    }
    List<String> figures = new ArrayList<>();
    figures.add(Figures.count(totals.tasks(), "task", "tasks"));
    if (totals.retries() > 0) {
      figures.add(Figures.count(totals.retries(), "retry", "retries"));
    }
    PrintWriter text = toErr ? TerminalText.err() : TerminalText.out();
    text.printf(
        Locale.ROOT,
        "%s %s: %s in %s (%,.0f rows/s), %s%n",
        operation,
        table,
        Figures.count(totals.rows(), "row", "rows"),
        Figures.time(totals.duration()),
        totals.rowsPerSecond(),
        String.join(", ", figures));
    Map<String, Object> lines = lines(totals);
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.forEach(
        (name, value) -> {
          String gap = value instanceof Listing ? "" : " ".repeat(width + 2 - name.length());
          text.println("  " + name + gap + value);
        });
  }

  /** The facts of text with their names in words, such as {@code rows read} for rowsRead. */
  private Map<String, Object> lines(OperationTotals totals) {
    Map<String, Object> lines = new LinkedHashMap<>();
    if (totals.earlierRows() > 0) {
      lines.put("rows of earlier runs", String.format(Locale.ROOT, "%,d", totals.earlierRows()));
    }
    more.forEach(
        (name, value) -> {
          Object shown = value instanceof Figure figure ? figure.text() : value;
          if (!shown.equals("")) {
            lines.put(words(name), shown);
          }
        });
    Object job = lines.remove(words(JOB));
    Object hint = lines.remove(NEXT);
    if (limitedBy != null
        && limitedBy.kind() != LimitingFactor.Kind.NOTHING
        && totals.duration().compareTo(LEAST_TO_EXPLAIN) >= 0) {
      lines.put("limited by", OptionNames.mostOfTheTime(limitedBy));
    }
    if (job != null) {
      lines.put("job", job);
    }
    if (hint != null) {
      // What the operation says about its result comes before a command.
      lines.put(NEXT, hint);
    } else if (next != null) {
      lines.put(NEXT, next);
    }
    return lines;
  }

  private static String words(String name) {
    return name.replaceAll("(\\p{Upper})", " $1").toLowerCase(Locale.ROOT);
  }

  private static Object fact(Object value) {
    if (value instanceof Listing listing) {
      return listing.facts();
    }
    return value instanceof Figure figure ? figure.number() : value;
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
    more.forEach((name, value) -> line.put(name, fact(value)));
    if (limitedBy != null) {
      line.put("limitedBy", limitedBy.description());
      line.put("limitedByKind", limitedBy.kind().key());
      line.put("limitedByShare", limitedBy.share());
    }
    JsonResult.print(line, toErr);
  }

  private static double seconds(OperationTotals totals) {
    return totals.duration().toMillis() / 1e3;
  }
}
