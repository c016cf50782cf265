package io.ringhaul.format;

/** A source that may have more rows later on. */
public interface GrowingSource extends ImportSource {

  /** The position before the first row. */
  String BEGINNING = "";

  /**
   * How far the source has grown by now.
   *
   * @param from how far it had grown at an earlier time, or {@link #BEGINNING}
   * @return a text of any length; {@code from} itself if nothing was added
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  String position(String from);

  /**
   * The rows that were added after one position and up to another.
   *
   * @param from the earlier position
   * @param to the later one, another than the first
   */
  ImportSource between(String from, String to);
}
