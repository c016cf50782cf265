package io.ringhaul.internal.cql;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A growing big-endian byte buffer. */
public final class ByteSink {

  private static final int SMALLEST_GROWTH = 32;

  private ByteBuffer buffer;
  private @Nullable OutputStream stream;

  /**
   * @param capacity initial capacity in bytes
   */
  public ByteSink(int capacity) {
    buffer = ByteBuffer.allocate(capacity);
  }

  public void putByte(int value) {
    room(1).put((byte) value);
  }

  public void putShort(int value) {
    room(Short.BYTES).putShort((short) value);
  }

  public void putInt(int value) {
    room(Integer.BYTES).putInt(value);
  }

  public void putLong(long value) {
    room(Long.BYTES).putLong(value);
  }

  public void put(byte[] bytes) {
    room(bytes.length).put(bytes);
  }

  /** Appends the bytes between position and limit, which both stay unchanged. */
  public void put(ByteBuffer bytes) {
    ByteBuffer room = room(bytes.remaining());
    if (bytes.hasArray()) {
      room.put(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    } else {
      room.put(bytes.duplicate());
    }
  }

  /** Appends the content of another sink. */
  public void put(ByteSink other) {
    room(other.size()).put(other.buffer.array(), 0, other.size());
  }

  /** Returns the number of bytes written. */
  public int size() {
    return buffer.position();
  }

  /** Returns the size of the underlying array in bytes. */
  public int capacity() {
    return buffer.capacity();
  }

  /**
   * Returns the underlying buffer, with content from 0 to {@link #size()}. Use absolute reads only,
   * and only until the next append.
   */
  public ByteBuffer look() {
    return buffer;
  }

  /** Truncates the content to a size. */
  public void truncate(int size) {
    buffer.position(size);
  }

  /** Returns a stream that appends to this sink. It need not be closed. */
  public OutputStream stream() {
    OutputStream known = stream;
    if (known == null) {
      known = new Stream();
      stream = known;
    }
    return known;
  }

  /** Replaces the four bytes at the index. */
  public void setInt(int index, int value) {
    buffer.putInt(index, value);
  }

  /** Removes the content and keeps the capacity. */
  public void clear() {
    buffer.clear();
  }

  /** Returns the content as a buffer ready for reading. The sink must not be used afterwards. */
  public ByteBuffer toBuffer() {
    return buffer.flip();
  }

  /** Returns a copy of the content in an array of exactly its length. */
  public ByteBuffer copy() {
    return ByteBuffer.wrap(Arrays.copyOf(buffer.array(), buffer.position()));
  }

  /** Reserves capacity for additional bytes. */
  public void reserve(int length) {
    room(length);
  }

  private ByteBuffer room(int length) {
    if (buffer.remaining() < length) {
      int needed = Math.addExact(buffer.position(), length);
      // The first write sets the size, since most values are written at once.
      int doubled =
          buffer.position() == 0
              ? needed
              : (int) Math.min(Integer.MAX_VALUE - 8, 2L * buffer.position() + SMALLEST_GROWTH);
      buffer = ByteBuffer.allocate(Math.max(needed, doubled)).put(buffer.flip());
    }
    return buffer;
  }

  private final class Stream extends OutputStream {

    @Override
    public void write(int value) {
      putByte(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      room(length).put(bytes, offset, length);
    }
  }
}
