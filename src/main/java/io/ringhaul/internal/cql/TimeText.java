package io.ringhaul.internal.cql;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as text of fixed length, so that texts sort as times do. */
public final class TimeText {

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("HH:mm:ss.nnnnnnnnn", Locale.ROOT);

  private TimeText() {}

  /** Returns the text of a time, such as {@code 10:00:00.500000000}. */
  public static String format(long nanosecondsOfDay) {
    return FORMAT.format(LocalTime.ofNanoOfDay(nanosecondsOfDay));
  }
}
