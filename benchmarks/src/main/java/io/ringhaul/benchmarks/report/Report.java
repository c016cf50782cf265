package io.ringhaul.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Benchmark results as Markdown and as JSON. */
public final class Report {

  private static final Path FOLDER = Path.of("benchmarks", "results");

  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

  private final String name;
  private final StringBuilder markdown = new StringBuilder();
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final Map<String, String> charts = new LinkedHashMap<>();
  private boolean holds = true;

  public Report(String name, String cluster, Options options) {
    this(
        name,
        options,
        String.format(
            "Cassandra %s, %s on this machine", SandboxCluster.CASSANDRA_VERSION, cluster));
  }

  /** Creates the report of a benchmark without a cluster. */
  public static Report withoutCluster(String name, Options options) {
    return new Report(name, options, "no cluster");
  }

  private Report(String name, Options options, String cluster) {
    this.name = name;
    markdown.append("# ").append(name).append("\n\n");
    Runtime machine = Runtime.getRuntime();
    String conditions =
        String.format(
            Locale.ROOT,
            "%s, commit %s; %d cores, load %.1f at the start; %s; Java %s; options %s",
            Instant.now().truncatedTo(ChronoUnit.MINUTES),
            commit(),
            machine.availableProcessors(),
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
            cluster,
            Runtime.version(),
            options);
    markdown.append(conditions).append("\n");
    json.put("benchmark", name);
    json.put("conditions", conditions);
  }

  /** Returns git's name of the current commit, marked if there are uncommitted changes. */
  private static String commit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return commit.isBlank() ? "unknown" : commit.strip();
    } catch (IOException e) {
      // The figures are useful even without the commit.
      return "unknown";
    }
  }

  /** Adds a table with the given cell texts. */
  public void table(String title, List<String> columns, List<List<String>> rows) {
    markdown.append("\n## ").append(title).append("\n\n");
    line(columns);
    line(columns.stream().map(column -> "---").toList());
    rows.forEach(this::line);
    List<Map<String, Object>> objects = new ArrayList<>();
    for (List<String> row : rows) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        object.put(columns.get(i), value(row.get(i)));
      }
      objects.add(object);
    }
    json.put(title, objects);
  }

  private static Object value(String cell) {
    String plain = cell.replace(",", "");
    return NUMBER.matcher(plain).matches() ? new BigDecimal(plain) : cell;
  }

  private void line(List<String> cells) {
    markdown.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** Adds a chart, stored in its own file beside the Markdown. */
  public void chart(Chart chart) {
    String file =
        name + "-" + chart.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
    markdown.append(String.format("\n![%s](%s)\n", chart.title(), file));
    charts.put(file, chart.svg());
  }

  /** Checks a lower threshold. */
  public void atLeast(String what, double reached, double least) {
    bar(what, reached, "times", "least", least, reached >= least);
  }

  /** Checks an upper threshold. */
  public void atMost(String what, double reached, double most) {
    bar(what, reached, "times", "most", most, reached <= most);
  }

  /** Checks an upper threshold of a share, from 0 to 1. */
  public void shareAtMost(String what, double reached, double most) {
    bar(what, reached * 100, "%", "most", most * 100, reached <= most);
  }

  private void bar(String what, double reached, String unit, String kind, double bar, boolean met) {
    holds &= met;
    markdown.append(
        String.format(
            Locale.ROOT,
            "\n%s: %.2f %s, and %.2f is the %s: %s.\n",
            what,
            reached,
            unit,
            bar,
            kind,
            met ? "met" : "**missed**"));
    json.put(what, Map.of("reached", reached, kind, bar, "met", met));
  }

  /** Checks a condition. */
  public void check(String what, boolean isSo) {
    holds &= isSo;
    markdown.append("\n").append(what).append(isSo ? ": yes.\n" : ": **no**.\n");
    json.put(what, isSo);
  }

  /**
   * Writes the Markdown, the JSON and the charts, prints the Markdown, and returns true if all
   * checks passed.
   */
  public boolean write() throws IOException {
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve(name + ".md"), markdown);
    Files.writeString(
        FOLDER.resolve(name + ".json"),
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json)
            + "\n");
    for (Map.Entry<String, String> chart : charts.entrySet()) {
      Files.writeString(FOLDER.resolve(chart.getKey()), chart.getValue());
    }
    System.out.println(markdown);
    return holds;
  }

  public static String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  public static String millis(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
