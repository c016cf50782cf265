package io.ringhaul.internal.text;

/**
 * What one record of a file may take, unless a user sets it: a quote or a bracket that is not
 * closed makes one record of the rest of the file, and a record is held in memory.
 */
public final class RecordLimits {

  /** Names or fields. */
  public static final int COLUMNS = 10_000;

  private static final long GREATEST_BYTES = 256L << 20;

  /** A record is there in several forms at once, and several files are read at once. */
  private static final int HEAP_SHARE = 32;

  private RecordLimits() {}

  /** Bytes: 1/32 of the heap, at the most 256 MiB. */
  public static int bytes() {
    return (int) Math.min(GREATEST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /** What is wrong with a record that is too large, to go on in "record 7 ...". */
  public static String tooLarge(int mostBytes) {
    return String.format(
        "is larger than %d bytes; a quote or bracket in it may not be closed. If it is right, raise"
            + " maxRecordSize (--max-record-size)",
        mostBytes);
  }

  /** What is wrong with a record of too many fields, to go on in "record 7 ...". */
  public static String tooManyColumns(int mostColumns) {
    return String.format(
        "has more than %d fields. If it is right, raise maxColumns (--max-columns)", mostColumns);
  }
}
