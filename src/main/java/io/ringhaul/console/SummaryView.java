package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A summary of metrics.
 *
 * @param seconds the time from the first to the last sample
 * @param meanLatencyMillis the mean latency of the requests of the last run; null without answers
 * @param limitedBy what limited the last run, as a text for people; null if unknown
 */
record SummaryView(
    String job,
    double seconds,
    List<Series> series,
    List<LiveView.Stage> stages,
    @Nullable Double meanLatencyMillis,
    @Nullable String limitedBy) {

  /** The summary of one metric. */
  record Series(
      String component,
      String name,
      long count,
      double min,
      double mean,
      double max,
      double last) {}

  /** Returns this summary without the figures that only jobs have. */
  record Resources(String job, double seconds, List<Series> series) {}
}
