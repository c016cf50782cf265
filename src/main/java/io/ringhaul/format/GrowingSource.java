package io.ringhaul.format;

/** A source that may get more rows later. */
public interface GrowingSource extends ImportSource {

  /** The position before the first row. */
  String BEGINNING = "";

  /**
   * Returns the current end position of the source.
   *
   * @param from an earlier position, or {@link #BEGINNING}
   * @return a text of any length; {@code from} itself if nothing was added
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  String position(String from);

  /**
   * Returns a source of the rows that were added between two positions.
   *
   * @param from the earlier position
   * @param to the later position, not equal to {@code from}
   */
  ImportSource between(String from, String to);
}
