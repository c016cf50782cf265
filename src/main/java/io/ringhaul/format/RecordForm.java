package io.ringhaul.format;

import java.nio.ByteBuffer;

/**
 * The form of a file of rejected records. The file is the header, followed by {@linkplain
 * SourceRecord#text() record texts} with a line end after each. The source reads the file with its
 * own settings. Files of one source may differ in their forms, for example in the order of fields.
 * Records may share a file only if their forms are equal.
 *
 * @param extension the file name extension without a dot, for example {@code csv}
 * @param header the bytes at the start of the file, with their line end; empty for none
 * @param lineEnd the bytes after each record, including the last one
 */
public record RecordForm(String extension, ByteBuffer header, ByteBuffer lineEnd) {

  /** Takes read-only views of the buffers. */
  public RecordForm {
    header = header.asReadOnlyBuffer();
    lineEnd = lineEnd.asReadOnlyBuffer();
  }

  /** Returns a new view, whose position the caller may change. */
  @Override
  public ByteBuffer header() {
    return header.duplicate();
  }

  /** Returns a new view, whose position the caller may change. */
  @Override
  public ByteBuffer lineEnd() {
    return lineEnd.duplicate();
  }
}
