package io.ringhaul.internal.files;

import java.io.IOException;

/** Receives the bytes of one part file: a local file, or an object. */
interface PartSink {

  void write(byte[] source, int length) throws IOException;

  /**
   * Ends the file, which gets its name and is durable.
   *
   * @return the entity tag of an object; empty for a local file, and for a store without such tags
   */
  String complete() throws IOException;

  /** Ends and deletes the incomplete file. */
  void abandon() throws IOException;
}
