package io.ringhaul.internal.telemetry;

import java.util.Locale;

/** Figures in sentences. */
final class FigureText {

  private FigureText() {}

  static String of(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A share as a whole number of hundredths. */
  static long percent(double share) {
    return Math.round(share * 100);
  }

  /** Bytes as mebibytes. */
  static double mebibytes(double bytes) {
    return bytes / (1 << 20);
  }
}
