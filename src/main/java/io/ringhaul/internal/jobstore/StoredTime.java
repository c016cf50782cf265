package io.ringhaul.internal.jobstore;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/** Times as texts of equal length, which sort in order of time. */
final class StoredTime {

  private static final int DIGITS = 9;
  private static final DateTimeFormatter FORM =
      new DateTimeFormatterBuilder().appendInstant(DIGITS).toFormatter();

  private StoredTime() {}

  static String text(Instant moment) {
    return FORM.format(moment);
  }

  static @Nullable String textOrNull(@Nullable Instant moment) {
    return moment == null ? null : text(moment);
  }

  static @Nullable Instant momentOrNull(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  /** Milliseconds since 1970; for moments that are too far off, the farthest there are. */
  static long millis(Instant moment) {
    if (moment.isBefore(Instant.ofEpochMilli(Long.MIN_VALUE))) {
      return Long.MIN_VALUE;
    }
    return moment.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE))
        ? Long.MAX_VALUE
        : moment.toEpochMilli();
  }
}
