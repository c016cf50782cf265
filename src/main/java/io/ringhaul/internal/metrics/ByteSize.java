package io.ringhaul.internal.metrics;

import java.util.Locale;

/** Sizes in bytes as texts. */
public final class ByteSize {

  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private ByteSize() {}

  /** A size in the largest unit that gives at least 1, such as {@code 8 MiB} or {@code 1.5 KiB}. */
  public static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean isWhole = value == Math.rint(value);
    return String.format(Locale.ROOT, isWhole ? "%,.0f %s" : "%,.1f %s", value, UNITS[unit]);
  }
}
