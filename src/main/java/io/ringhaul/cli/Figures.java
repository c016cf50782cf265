package io.ringhaul.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers, times and sizes as people write them. */
final class Figures {

  private static final String UNITS = "kMGTPE";

  private Figures() {}

  /** Such as {@code 1 row} and {@code 1,200 rows}. */
  static String count(long count, String singular, String plural) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? singular : plural);
  }

  /** Such as {@code 45 s}, {@code 2 min 20 s} and {@code 3 h 5 min}. */
  static String wholeSeconds(Duration duration) {
    if (duration.toHours() > 0) {
      return duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
    return duration.toMinutes() > 0
        ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
        : duration.toSeconds() + " s";
  }

  /** Such as {@code 0.25 s} and {@code 7.35 s}; whole seconds from ten seconds on. */
  static String time(Duration duration) {
    return duration.toSeconds() >= 10
        ? wholeSeconds(duration)
        : String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1e3);
  }

  /**
   * A size in units of 1,000 with the exact number beside it, such as {@code 85 MB (85,012,345
   * bytes)}; below 1,000 bytes only the number.
   */
  static String size(long bytes) {
    String exact = count(bytes, "byte", "bytes");
    return bytes < 1_000 ? exact : roundedSize(bytes) + " (" + exact + ")";
  }

  /** A size in units of 1,000, such as {@code 85 MB}. */
  static String roundedSize(long bytes) {
    if (bytes < 1_000) {
      return count(bytes, "byte", "bytes");
    }
    double value = bytes / 1e3;
    int unit = 0;
    // From 999.5 on, the rounded value would be 1000.
    while (value >= 999.5) {
      value /= 1e3;
      unit++;
    }
    // One digit after the point only where it does not round to 10.0.
    String rounded = String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%.0f", value);
    return rounded + " " + UNITS.charAt(unit) + "B";
  }
}
