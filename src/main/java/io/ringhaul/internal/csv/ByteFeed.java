package io.ringhaul.internal.csv;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Bytes of a stream with a look at the next one. A byte order mark at the start is left out. The
 * bytes since {@link #mark()} stay at hand: they can be read once more, or copied.
 */
final class ByteFeed {

  /** What {@link #read} and {@link #peek} give after the last byte. */
  static final int END = -1;

  private static final int CAPACITY = 1 << 16;

  /** A buffer that a huge record has made larger than this is not kept. */
  private static final int LARGEST_KEPT = 1 << 20;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final InputStream in;
  private byte[] buffer = new byte[CAPACITY];
  private int mark;
  private int position;
  private int limit;
  private boolean ended;

  ByteFeed(InputStream in) throws IOException {
    this.in = in;
    while (limit < BYTE_ORDER_MARK.length && fill()) {
      // A stream may give its bytes one by one.
    }
    if (limit >= BYTE_ORDER_MARK.length
        && buffer[0] == BYTE_ORDER_MARK[0]
        && buffer[1] == BYTE_ORDER_MARK[1]
        && buffer[2] == BYTE_ORDER_MARK[2]) {
      position = BYTE_ORDER_MARK.length;
      mark = position;
    }
  }

  /** From now on bytes are kept, starting with the next one; those before are let go. */
  void mark() {
    mark = position;
  }

  /** How many bytes were read since the mark. */
  int length() {
    return position - mark;
  }

  /** Goes back to the mark. */
  void reset() {
    position = mark;
  }

  /** The first bytes after the mark. */
  byte[] copy(int length) {
    return Arrays.copyOfRange(buffer, mark, mark + length);
  }

  /** The next byte as a number from 0 to 255, or {@link #END}. */
  int read() throws IOException {
    if (position == limit && !refill()) {
      return END;
    }
    return buffer[position++] & 0xff;
  }

  /** The byte that {@link #read} will give. */
  int peek() throws IOException {
    if (position == limit && !refill()) {
      return END;
    }
    return buffer[position] & 0xff;
  }

  /**
   * Moves bytes to the record up to the first that is marked, which stays, or to the end of what is
   * in memory.
   */
  void copyUntil(boolean[] marked, CsvRecord to) {
    int from = position;
    int i = from;
    while (i < limit && !marked[buffer[i] & 0xff]) {
      i++;
    }
    position = i;
    to.append(buffer, from, i);
  }

  /** Makes room behind what is kept, and reads on. */
  private boolean refill() throws IOException {
    if (ended) {
      return false;
    }
    int kept = limit - mark;
    byte[] target = buffer;
    if (2 * kept > buffer.length) {
      target = new byte[(int) Math.min(2L * buffer.length, Integer.MAX_VALUE - 8)];
    } else if (buffer.length > LARGEST_KEPT && kept < CAPACITY / 2) {
      target = new byte[CAPACITY];
    }
    if (kept == target.length) {
      throw new IOException("more than " + kept + " bytes would have to be kept");
    }
    System.arraycopy(buffer, mark, target, 0, kept);
    buffer = target;
    position -= mark;
    limit = kept;
    mark = 0;
    return fill();
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    int count;
    do {
      count = in.read(buffer, limit, buffer.length - limit);
    } while (count == 0);
    if (count < 0) {
      ended = true;
      return false;
    }
    limit += count;
    return true;
  }
}
