package io.ringhaul.console;

import java.time.Duration;
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

  /** Returns an upper bound that allows for clocks of machines that differ by up to a day. */
  static Instant afterAll() {
    return Instant.now().plus(Duration.ofDays(1));
  }

  static @Nullable String textOrNull(Optional<Instant> moment) {
    return moment.map(Times::text).orElse(null);
  }
}
