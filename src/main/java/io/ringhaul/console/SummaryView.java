package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics in brief.
 *
 * @param seconds from the first moment to the last
 * @param limitedBy what limited the job for a third of that time or more, as a sentence; null where
 *     nothing did
 */
record SummaryView(
    String job,
    double seconds,
    List<Series> series,
    List<LiveView.Stage> stages,
    @Nullable String limitedBy) {

  /** One metric in brief. */
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
