package io.ringhaul.internal.parquet;

import io.ringhaul.internal.text.TextOptions;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the user decides about values that have no exact CQL counterpart.
 *
 * @param timeZone the zone of timestamps without one; if empty, such timestamps are refused
 * @param truncatesTimestamps whether timestamps lose what is finer than a millisecond
 * @param dropsNullElements whether nulls in lists and maps are left out
 */
public record ReadOptions(
    Optional<ZoneId> timeZone, boolean truncatesTimestamps, boolean dropsNullElements) {

  /** Refuses each value that CQL cannot represent exactly. */
  public static final ReadOptions EXACT = new ReadOptions(Optional.empty(), false, false);

  /** Returns these options with a zone. */
  public ReadOptions inZone(ZoneId zone) {
    return new ReadOptions(Optional.of(zone), truncatesTimestamps, dropsNullElements);
  }

  /** Returns these options, with timestamps truncated. */
  public ReadOptions truncatingTimestamps() {
    return new ReadOptions(timeZone, true, dropsNullElements);
  }

  /** Returns these options, with nulls in lists and maps left out. */
  public ReadOptions droppingNullElements() {
    return new ReadOptions(timeZone, truncatesTimestamps, true);
  }

  /** Returns how dates and times are read from texts. */
  TextOptions text() {
    return TextOptions.ofTypedFiles(timeZone, truncatesTimestamps);
  }

  /** Returns the options that differ from {@link #EXACT}, for the identity of a source. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    timeZone.ifPresent(zone -> parts.add("timeZone=" + zone));
    if (truncatesTimestamps) {
      parts.add("truncateTimestamps");
    }
    if (dropsNullElements) {
      parts.add("dropNullElements");
    }
    return String.join(" ", parts);
  }
}
