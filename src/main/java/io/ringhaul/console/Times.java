package io.ringhaul.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Formats times in UTC to the millisecond. */
final class Times {

  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Times() {}

  static String text(Instant moment) {
    return FORM.format(moment);
  }

  static @Nullable String textOrNull(Optional<Instant> moment) {
    return moment.map(Times::text).orElse(null);
  }
}
