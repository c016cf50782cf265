package io.ringhaul.format;

import java.util.Optional;

/**
 * Where a record of a source stands, and what it is.
 *
 * @param source the file, for people
 * @param unit what is counted: {@code line} in text, {@code row} elsewhere
 * @param number the record's first line in the file, or its place among the rows read, from 1
 * @param text the record's bytes as they stand in the source, decompressed and without the line end
 *     behind them; empty where records are no text
 */
public record SourceRecord(String source, String unit, long number, Optional<byte[]> text) {

  /** For people. */
  @Override
  public String toString() {
    return unit + " " + number + " of " + source;
  }
}
