package io.ringhaul.internal.telemetry;

import java.util.Locale;

/** Formats figures in sentences, independent of the locale. */
final class FigureText {

  private FigureText() {}

  static String of(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static long percent(double share) {
    return Math.round(share * 100);
  }
}
