package io.ringhaul.console;

import io.ringhaul.job.Job;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Formats metrics in the Prometheus text format. */
final class PrometheusText {

  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Metrics that never decrease while a job runs. */
  private static final Set<String> COUNTERS =
      Set.of("rows", "bytes", "retries", "errors", "seconds", "cpu_seconds");

  private static final String PREFIX = "ringhaul_";

  /** The lines by metric name, because the format requires all values of a metric together. */
  private final Map<String, StringBuilder> lines = new TreeMap<>();

  /** Adds the metrics of a job. */
  void add(Job job, LatestMetrics metrics) {
    metrics
        .all()
        .forEach(
            (component, values) ->
                values.forEach((name, value) -> add(job, component, name, value)));
  }

  private void add(Job job, String component, String name, double value) {
    int colon = component.indexOf(':');
    String group = colon < 0 ? component : component.substring(0, colon);
    boolean isCounter = COUNTERS.contains(name);
    String metric = plain(PREFIX + group + "_" + name + (isCounter ? "_total" : ""));
    StringBuilder text =
        lines.computeIfAbsent(
            metric,
            each -> new StringBuilder("# TYPE " + each + (isCounter ? " counter\n" : " gauge\n")));
    text.append(metric)
        .append("{job_id=\"")
        .append(job.id())
        .append("\",job_name=\"")
        .append(quoted(job.name()))
        .append('"');
    if (colon >= 0) {
      text.append(',')
          .append(plain(group))
          .append("=\"")
          .append(quoted(component.substring(colon + 1)))
          .append('"');
    }
    text.append("} ").append(value).append('\n');
  }

  private static String plain(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return String.join("", List.copyOf(lines.values()));
  }
}
