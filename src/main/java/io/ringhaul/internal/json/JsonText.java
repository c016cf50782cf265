package io.ringhaul.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.ringhaul.internal.text.RecordLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the characters of a file and skips a byte order mark. Characters from {@link #keepFrom} on
 * are kept up to a limit, so that they can be read again or copied.
 *
 * <p>A byte that is invalid in the encoding becomes a lone surrogate, U+DC00 plus the byte, which
 * valid text never contains. Java's default replacement character would change values silently.
 */
final class JsonText extends Reader {

  private static final int FIRST_CAPACITY = 1 << 14;

  /** Maximum characters kept; longer records are read, but not kept. */
  private static final int GREATEST_KEPT = 1 << 24;

  /** A larger buffer is released when the record that needed it is read. */
  private static final int GREATEST_IDLE = 1 << 20;

  private static final int LEAST_ROOM = 1 << 12;

  /** The longest invalid sequence that a decoder reports, in bytes. */
  private static final int LONGEST_ERROR = 8;

  private static final char BYTE_ORDER_MARK = '\ufeff';
  private static final char FIRST_ESCAPE = '\udc00';

  /** Thrown when a record exceeds the maximum number of characters. */
  static final class TooLarge extends JsonProcessingException {

    private static final long serialVersionUID = 1;

    private TooLarge(int most) {
      super(RecordLimits.tooLarge(most));
    }
  }

  private final InputStream in;
  private final CharsetDecoder decoder;
  private final int largestRecord;
  private final ByteBuffer source = ByteBuffer.allocate(FIRST_CAPACITY).flip();
  private boolean sourceEnded;

  private char[] chars = new char[FIRST_CAPACITY];

  /** The position in the file of the first character in the buffer. */
  private long start;

  private int position;
  private int limit;
  private long keptFrom;

  /** The position at which the current record begins. */
  private long recordStart;

  /** The position of the last invalid byte. */
  private long lastEscape = -1;

  JsonText(InputStream in, Charset encoding, int largestRecord) throws IOException {
    this.in = in;
    this.largestRecord = largestRecord;
    this.decoder =
        encoding
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    if (fill() && chars[0] == BYTE_ORDER_MARK) {
      position = 1;
      keptFrom = 1;
    }
  }

  /** Returns the position of the next character. */
  long position() {
    return start + position;
  }

  /** Returns the share of what was taken from the stream that is before the position, 0 to 1. */
  double shareBefore(long place) {
    long taken = start + limit + source.remaining();
    return taken == 0 ? 1 : (double) place / taken;
  }

  /** Keeps characters from the position on, and releases those before it. */
  void keepFrom(long place) {
    keptFrom = place;
    recordStart = place;
  }

  /** Returns true if the characters from the position on are in the buffer. */
  boolean keeps(long place) {
    return place >= start;
  }

  /** Continues reading at the position, which must be kept. */
  void seek(long place) {
    position = (int) (place - start);
    recordStart = place;
  }

  /** Replaces a character, which must be kept. */
  void replace(long place, char value) {
    chars[(int) (place - start)] = value;
  }

  /** Returns the character at the position, which must be kept; -1 if the file ends before it. */
  int at(long place) throws IOException {
    while (place - start >= limit) {
      if (!fill()) {
        return -1;
      }
    }
    return chars[(int) (place - start)];
  }

  /**
   * Returns the position of the first line break from the position on, or of the end of the file.
   */
  long lineBreak(long from) throws IOException {
    long place = from;
    for (int c = at(place); c >= 0 && c != '\n' && c != '\r'; c = at(place)) {
      place++;
      if (place - from > GREATEST_KEPT) {
        keptFrom = place;
        seek(place);
      }
    }
    return place;
  }

  /** Returns true if a line ends with the character at the position, which must be kept. */
  boolean endsLine(long place) throws IOException {
    int c = at(place);
    return c == '\n' || (c == '\r' && at(place + 1) != '\n');
  }

  static boolean isBlank(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /**
   * Returns the end of the range without trailing blanks and another character; the range must be
   * kept.
   */
  long trimmed(long from, long to, char other) throws IOException {
    long end = to;
    while (end > from && (isBlank(at(end - 1)) || at(end - 1) == other)) {
      end--;
    }
    return end;
  }

  /** Returns true if the range is the character followed by blanks; the range must be kept. */
  boolean isAlone(char first, long from, long to) throws IOException {
    return at(from) == first && trimmed(from + 1, to, ' ') == from + 1;
  }

  /** Returns true if a byte in the range is invalid in the encoding. */
  boolean hasEscapes(long from, long to) {
    if (lastEscape < from) {
      return false;
    }
    for (long place = Math.max(from, start); place < to; place++) {
      if (isEscape((int) (place - start))) {
        return true;
      }
    }
    return false;
  }

  /** Returns the bytes of the range; null if they are no longer in the buffer. */
  byte @Nullable [] bytes(long from, long to) {
    if (!keeps(from)) {
      return null;
    }
    int first = (int) (from - start);
    int end = (int) (to - start);
    if (lastEscape < from) {
      return new String(chars, first, end - first).getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int text = first;
    for (int i = first; i <= end; i++) {
      if (i == end || isEscape(i)) {
        out.writeBytes(new String(chars, text, i - text).getBytes(StandardCharsets.UTF_8));
        text = i + 1;
        if (i < end) {
          out.write(chars[i] - FIRST_ESCAPE);
        }
      }
    }
    return out.toByteArray();
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (position() - recordStart > largestRecord) {
      throw new TooLarge(largestRecord);
    }
    if (position == limit && !fill()) {
      return -1;
    }
    int count = Math.min(length, limit - position);
    System.arraycopy(chars, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** In valid text, a low surrogate always follows a high one. */
  private boolean isEscape(int index) {
    return Character.isLowSurrogate(chars[index])
        && (index == 0 || !Character.isHighSurrogate(chars[index - 1]));
  }

  /** Reads more characters after the kept ones and returns true if there are any. */
  private boolean fill() throws IOException {
    makeRoom();
    CharBuffer target = CharBuffer.wrap(chars, limit, chars.length - limit - LONGEST_ERROR);
    while (true) {
      CoderResult result = decoder.decode(source, target, sourceEnded);
      if (result.isError()) {
        target.limit(chars.length);
        for (int i = 0; i < result.length(); i++) {
          lastEscape = start + target.position();
          target.put((char) (FIRST_ESCAPE + (source.get() & 0xff)));
        }
        break;
      } else if (result.isOverflow() || target.position() > limit || sourceEnded) {
        break;
      } else {
        readOn();
      }
    }
    boolean any = target.position() > limit;
    limit = target.position();
    return any;
  }

  private void makeRoom() {
    if (chars.length - limit >= LEAST_ROOM) {
      return;
    }
    if (position - (keptFrom - start) > GREATEST_KEPT) {
      keptFrom = start + position;
    }
    int from = (int) Math.max(0, Math.min(position, keptFrom - start));
    if (from > 0 && from < limit && Character.isLowSurrogate(chars[from])) {
      from--; // whether a surrogate is lone depends on the character before it
    }
    int kept = limit - from;
    char[] target = chars;
    if (2 * kept > chars.length) {
      target = new char[2 * chars.length];
    } else if (chars.length > GREATEST_IDLE && kept < FIRST_CAPACITY / 2) {
      target = new char[FIRST_CAPACITY];
    }
    System.arraycopy(chars, from, target, 0, kept);
    chars = target;
    start += from;
    position -= from;
    limit = kept;
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
