package io.ringhaul.internal.text;

/**
 * Default limits for one record of a file. A record is held in memory, and an unclosed quote or
 * bracket turns the rest of the file into one record.
 */
public final class RecordLimits {

  /** Maximum number of fields. */
  public static final int COLUMNS = 10_000;

  private static final long GREATEST_BYTES = 256L << 20;

  /** A record exists in several forms at once, and several files are read at once. */
  private static final int HEAP_SHARE = 32;

  private RecordLimits() {}

  /** Maximum size in bytes: 1/32 of the heap, at most 256 MiB. */
  public static int bytes() {
    return (int) Math.min(GREATEST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /** Returns the problem of a record that is too large, for a message such as "record 7 ...". */
  public static String tooLarge(int mostBytes) {
    return String.format(
        "is larger than %d bytes. Check it for an unclosed quote or bracket; if it is correct,"
            + " raise maxRecordSize (--max-record-size)",
        mostBytes);
  }

  /** Returns the problem of a record with too many fields, for a message such as "record 7 ...". */
  public static String tooManyColumns(int mostColumns) {
    return String.format(
        "has more than %d fields. If it is correct, raise maxColumns (--max-columns)", mostColumns);
  }
}
