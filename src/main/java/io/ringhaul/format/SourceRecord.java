package io.ringhaul.format;

import java.util.Optional;

/**
 * The position and the text of a record in a source.
 *
 * @param source the file, for messages
 * @param unit the unit of the number: {@code line} in text, {@code row} elsewhere
 * @param number the first line of the record in its file, or its index among the rows read, counted
 *     from 1
 * @param text the bytes of the record in the source, decompressed and without the line end; empty
 *     if records are not text
 */
public record SourceRecord(String source, String unit, long number, Optional<byte[]> text) {

  /** Returns the position for messages. */
  @Override
  public String toString() {
    return unit + " " + number + " of " + source;
  }
}
