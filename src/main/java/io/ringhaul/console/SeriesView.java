package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics over time.
 *
 * @param series one series for each component, name and partition
 */
record SeriesView(List<Series> series) {

  /**
   * One metric over time.
   *
   * @param partition the partition; null for the whole job
   * @param context additional text; null for none
   * @param points times in milliseconds since the epoch with their values, oldest first
   */
  record Series(
      String component,
      String name,
      @Nullable Integer partition,
      @Nullable String context,
      List<List<Number>> points) {}
}
