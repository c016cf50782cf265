package io.ringhaul.format;

import java.nio.ByteBuffer;

/**
 * How records stand in a file of their source's own form, so that {@linkplain SourceRecord#text()
 * the texts} of some of them make a file which the source reads with the settings that it has: the
 * header once, then each text with the line end behind it. Files of one source may differ in it,
 * for instance in the order of their fields, and records of different forms must not share a file;
 * forms are equal where they may.
 *
 * @param extension what names of such files end in, without a dot, for example {@code csv}
 * @param header what the file begins with, including its line end; of no bytes if with nothing
 * @param lineEnd what stands behind each record, the last one too
 */
public record RecordForm(String extension, ByteBuffer header, ByteBuffer lineEnd) {

  /** Takes read-only views of the buffers. */
  public RecordForm {
    header = header.asReadOnlyBuffer();
    lineEnd = lineEnd.asReadOnlyBuffer();
  }

  /** Returns a view of its own, whose position the caller may move. */
  @Override
  public ByteBuffer header() {
    return header.duplicate();
  }

  /** Returns a view of its own, whose position the caller may move. */
  @Override
  public ByteBuffer lineEnd() {
    return lineEnd.duplicate();
  }
}
