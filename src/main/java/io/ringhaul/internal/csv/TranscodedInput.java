package io.ringhaul.internal.csv;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The text of a stream in another encoding, as UTF-8. A byte that is no text becomes a {@linkplain
 * EscapedBytes sequence of three} that UTF-8 does not have, so that it spoils its own record alone.
 */
final class TranscodedInput extends InputStream {

  private static final int BYTES = 1 << 14;

  /** No decoder tells of more bytes at once that are no text. */
  private static final int LONGEST_ERROR = 64;

  private final InputStream in;
  private final CharsetDecoder decoder;
  private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
  private final ByteBuffer source = ByteBuffer.allocate(BYTES).flip();
  private final CharBuffer chars;
  private final ByteBuffer bytes;
  private boolean sourceEnded;
  private boolean ended;

  TranscodedInput(InputStream in, Charset encoding) {
    this.in = in;
    decoder =
        encoding
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    chars = CharBuffer.allocate((int) Math.ceil(BYTES * (double) decoder.maxCharsPerByte()) + 8);
    bytes = ByteBuffer.allocate(3 * chars.capacity() + EscapedBytes.LENGTH * LONGEST_ERROR).flip();
  }

  @Override
  public int read() throws IOException {
    return fill() ? bytes.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    while (!bytes.hasRemaining()) {
      if (ended) {
        return false;
      }
      chars.clear();
      CoderResult result = decoder.decode(source, chars, sourceEnded);
      if (result.isUnderflow() && sourceEnded) {
        ended = true;
        decoder.flush(chars);
      }
      // A decoder gives surrogates in pairs, so that no character is cut in two here.
      encoder.reset();
      encoder.encode(chars.flip(), bytes.clear(), true);
      if (result.isError()) {
        for (int i = 0; i < result.length(); i++) {
          EscapedBytes.put(source.get(), bytes);
        }
      } else if (result.isUnderflow() && !sourceEnded) {
        readOn();
      }
      bytes.flip();
    }
    return true;
  }

  private void readOn() throws IOException {
    source.compact();
    int count = in.read(source.array(), source.position(), source.remaining());
    if (count < 0) {
      sourceEnded = true;
    } else {
      source.position(source.position() + count);
    }
    source.flip();
  }
}
