package io.ringhaul.internal.cql;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A growing run of bytes, big-endian. */
public final class ByteSink {

  private static final int SMALLEST_GROWTH = 32;

  private ByteBuffer buffer;
  private @Nullable OutputStream stream;

  /**
   * @param capacity bytes to make room for at once; it grows beyond
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

  /** Appends the bytes between position and limit and leaves both as they are. */
  public void put(ByteBuffer bytes) {
    ByteBuffer room = room(bytes.remaining());
    if (bytes.hasArray()) {
      room.put(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    } else {
      room.put(bytes.duplicate());
    }
  }

  /** Appends what the other sink holds. */
  public void put(ByteSink other) {
    room(other.size()).put(other.buffer.array(), 0, other.size());
  }

  /** Bytes held. */
  public int size() {
    return buffer.position();
  }

  /** Bytes that there is room for, taken or not. */
  public int capacity() {
    return buffer.capacity();
  }

  /**
   * The bytes from 0 to {@link #size()}, to be looked at by their indexes alone, and only until
   * more are appended.
   */
  public ByteBuffer look() {
    return buffer;
  }

  /** Forgets what it holds from a size on. */
  public void truncate(int size) {
    buffer.position(size);
  }

  /** What appends the bytes that are written to it. It needs no closing. */
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

  /** Forgets what it holds and keeps the room. */
  public void clear() {
    buffer.clear();
  }

  /** What it holds, as a buffer that is ready to be read. The sink must not be used afterwards. */
  public ByteBuffer toBuffer() {
    return buffer.flip();
  }

  /** A copy of what it holds, in an array of just that length. */
  public ByteBuffer copy() {
    return ByteBuffer.wrap(Arrays.copyOf(buffer.array(), buffer.position()));
  }

  /** Makes room for that many bytes at once. */
  public void reserve(int length) {
    room(length);
  }

  private ByteBuffer room(int length) {
    if (buffer.remaining() < length) {
      int needed = Math.addExact(buffer.position(), length);
      // The first write sets the size: most values are written in one piece.
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
