package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics over time.
 *
 * @param series one for each component, name and partition
 */
record SeriesView(List<Series> series) {

  /**
   * One metric over time.
   *
   * @param partition the partition that it is of; null for the whole job
   * @param context more words; null for none
   * @param points moments in milliseconds since 1970, each with a value, the oldest first
   */
  record Series(
      String component,
      String name,
      @Nullable Integer partition,
      @Nullable String context,
      List<List<Number>> points) {}
}
