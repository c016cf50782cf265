package io.ringhaul.parquet;

import java.nio.ByteBuffer;

/** A growing run of bytes, big-endian. */
final class ByteSink {

  private static final int SMALLEST_GROWTH = 32;

  private ByteBuffer buffer;

  /**
   * @param capacity bytes to make room for at once; it grows beyond
   */
  ByteSink(int capacity) {
    buffer = ByteBuffer.allocate(capacity);
  }

  void putByte(int value) {
    room(1).put((byte) value);
  }

  void putShort(int value) {
    room(Short.BYTES).putShort((short) value);
  }

  void putInt(int value) {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) {
    room(Long.BYTES).putLong(value);
  }

  void put(byte[] bytes) {
    room(bytes.length).put(bytes);
  }

  /** Appends the bytes between position and limit and leaves both as they are. */
  void put(ByteBuffer bytes) {
    room(bytes.remaining()).put(bytes.duplicate());
  }

  /** Appends what the other sink holds. */
  void put(ByteSink other) {
    room(other.size()).put(other.buffer.array(), 0, other.size());
  }

  /** Bytes held. */
  int size() {
    return buffer.position();
  }

  /** Replaces the four bytes at the index. */
  void setInt(int index, int value) {
    buffer.putInt(index, value);
  }

  /** Forgets what it holds and keeps the room. */
  void clear() {
    buffer.clear();
  }

  /** What it holds, as a buffer that is ready to be read. The sink must not be used afterwards. */
  ByteBuffer toBuffer() {
    return buffer.flip();
  }

  /** Makes room for that many bytes at once. */
  void reserve(int length) {
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
}
