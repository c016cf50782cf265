package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

/**
 * A stream from which an import reads once, and which its owner closes. Its first bytes are kept
 * while the import looks at them to find its columns, so that they are read again with the rows.
 * One thread uses it at a time.
 */
public final class SourceStream {

  /** The name of the stream in messages. */
  static final String NAME = "the input stream";

  private final InputStream in;
  private final ByteArrayOutputStream first = new ByteArrayOutputStream();
  private boolean isRead;

  public SourceStream(InputStream in) {
    this.in = in;
  }

  /**
   * Returns the stream from its start, and keeps what is read.
   *
   * @throws StorageException if the rows have been read
   */
  InputStream look() {
    requireUnread();
    return fromStart(new Kept());
  }

  /**
   * Returns the stream from its start, to its end.
   *
   * @throws StorageException if the rows have been read
   */
  InputStream read() {
    requireUnread();
    isRead = true;
    return fromStart(
        new FilterInputStream(in) {
          /** The owner of the stream closes it. */
          @Override
          public void close() {}
        });
  }

  private void requireUnread() {
    if (isRead) {
      throw new StorageException(
          NAME, "The rows of " + NAME + " have been read, and a stream is read once", null);
    }
  }

  /** Returns the bytes that are kept, and then the rest. Does not wait for more than it has. */
  private InputStream fromStart(InputStream rest) {
    return new SequenceInputStream(new ByteArrayInputStream(first.toByteArray()), rest);
  }

  /** Reads on, and keeps the bytes. */
  private final class Kept extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = in.read(target, offset, length);
      if (count > 0) {
        first.write(target, offset, count);
      }
      return count;
    }
  }
}
