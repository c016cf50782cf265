package io.ringhaul.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.internal.files.FileContent;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.text.RecordLimits;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one file record by record. */
final class CsvFile implements Closeable {

  private final SourceFile file;
  private final FileEncoding encoding;
  private final FileContent content;
  private final InputStream in;
  private final CsvReader reader;

  /** The bytes of the header line in UTF-8; null if the file has none. */
  private byte @Nullable [] header;

  private long records;

  CsvFile(CsvSettings settings, SourceFile file) throws IOException {
    this.file = file;
    Charset charset = settings.text(CsvSettings.ENCODING).map(Charset::forName).orElse(UTF_8);
    this.encoding = new FileEncoding(charset);
    this.content = file.openText(charset);
    this.in = encoding.decoded(content);
    try {
      reader =
          new CsvReader(
              in,
              settings.syntax(),
              settings.character(CsvSettings.COMMENT, '\0'),
              settings.number(CsvSettings.MAX_RECORD_SIZE, RecordLimits.bytes()),
              settings.number(CsvSettings.MAX_COLUMNS, RecordLimits.COLUMNS));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads the header line.
   *
   * @throws StorageException if the file is empty
   */
  List<String> readHeader() throws IOException {
    CsvRecord record = reader.header();
    if (record == null) {
      throw FileHeader.error(file, "it has no header line");
    }
    if (reader.problem() != null) {
      throw FileHeader.error(file, "its header line " + reader.problem());
    }
    header = reader.text();
    return FileHeader.names(record, file);
  }

  /**
   * Reads the first record.
   *
   * @param skipped the records before it
   * @return 0 if there is none
   */
  int fieldsOfFirstRecord(long skipped) throws IOException {
    CsvRecord record = reader.header();
    for (long i = 0; i < skipped && record != null; i++) {
      record = reader.next();
    }
    return record == null ? 0 : record.fields();
  }

  /**
   * Sets the number of fields that later records must have. If it is 1, blank lines are records.
   */
  void expectFields(int number) {
    reader.expectFields(number);
    if (number == 1) {
      reader.takeBlankLinesAsRecords();
    }
  }

  /** Returns the next record, always the same object; null after the last one. */
  @Nullable CsvRecord next() throws IOException {
    records++;
    return reader.next();
  }

  /** Returns the problem of the last record; null if the record is valid. */
  @Nullable String problem() {
    return reader.problem();
  }

  /** Returns the position of the last record for a message. */
  String place() {
    return String.format("Record %d (line %d) of %s", records, reader.line(), file);
  }

  /** Returns the line on which the last record begins, counted from 1. */
  long line() {
    return reader.line();
  }

  /**
   * Returns the bytes of the last record in the file's encoding, without the line end; empty if
   * there is no record or if it was too large to keep.
   */
  Optional<byte[]> text() {
    return Optional.ofNullable(reader.text()).map(encoding::encoded);
  }

  /** Returns the bytes of the file that the records so far have. */
  long bytesRead() {
    return (long) (content.bytesRead() * reader.consumedShare());
  }

  /** Returns the name of the file's encoding. */
  String encoding() {
    return encoding.name();
  }

  /**
   * Returns the form of a file that rejected records of this file make; empty if the charset cannot
   * encode.
   *
   * @param skipped filler for the records that a reader skips at the start of each file
   */
  Optional<RecordForm> form(String skipped) {
    if (!encoding.canEncode()) {
      return Optional.empty();
    }
    byte[] lineEnd = reader.lineEnd().getBytes(UTF_8);
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    if (header != null) {
      start.writeBytes(header);
      start.writeBytes(lineEnd);
    }
    start.writeBytes(skipped.replace("\n", reader.lineEnd()).getBytes(UTF_8));
    return Optional.of(
        new RecordForm(
            CsvOutput.FORMAT,
            ByteBuffer.wrap(encoding.start(start.toByteArray())),
            ByteBuffer.wrap(encoding.encoded(lineEnd))));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** The charset of a file. Records are read as UTF-8. */
  private static final class FileEncoding {

    private final Charset charset;
    private final boolean utf8;

    /** The byte order mark that the charset writes before every text. */
    private final byte[] mark;

    FileEncoding(Charset charset) {
      this.charset = charset;
      this.utf8 = charset.equals(StandardCharsets.UTF_8);
      this.mark = utf8 ? new byte[0] : mark(charset);
    }

    private static byte[] mark(Charset charset) {
      if (!charset.canEncode()) {
        return new byte[0];
      }
      byte[] one = "x".getBytes(charset);
      byte[] two = "xx".getBytes(charset);
      return Arrays.copyOf(one, 2 * one.length - two.length);
    }

    String name() {
      return charset.name();
    }

    boolean canEncode() {
      return charset.canEncode();
    }

    /** Returns the file's content as UTF-8. */
    InputStream decoded(InputStream content) {
      return utf8 ? content : new TranscodedInput(content, charset);
    }

    /** Returns a UTF-8 text of the file in the file's charset, without byte order mark. */
    byte[] encoded(byte[] text) {
      return utf8 ? text : EscapedBytes.decode(text, charset, mark.length);
    }

    /** Returns a UTF-8 text in the file's charset, with byte order mark. */
    byte[] start(byte[] text) {
      byte[] encoded = encoded(text);
      byte[] start = Arrays.copyOf(mark, mark.length + encoded.length);
      System.arraycopy(encoded, 0, start, mark.length, encoded.length);
      return start;
    }
  }

  /**
   * Converts a stream from another charset to UTF-8. A byte that is invalid in the charset becomes
   * an {@linkplain EscapedBytes escape sequence} that is invalid in UTF-8, so that only its own
   * record is malformed.
   */
  private static final class TranscodedInput extends InputStream {

    private static final int BYTES = 1 << 14;

    /** The longest invalid sequence that a decoder reports, in bytes. */
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
      bytes =
          ByteBuffer.allocate(3 * chars.capacity() + EscapedBytes.LENGTH * LONGEST_ERROR).flip();
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
        // The decoder returns surrogates in pairs, so that no character is split here.
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

  /**
   * Escape sequences for bytes that are invalid in the file's charset, within UTF-8 text. Byte
   * {@code b} becomes the three bytes that would encode the lone surrogate U+DC00 + b, which are
   * invalid in UTF-8.
   */
  private static final class EscapedBytes {

    /** Bytes of an escape sequence. */
    static final int LENGTH = 3;

    private static final int FIRST = 0xed;

    private EscapedBytes() {}

    static void put(byte value, ByteBuffer target) {
      target
          .put((byte) FIRST)
          .put((byte) (0xb0 | (value & 0xff) >> 6))
          .put((byte) (0x80 | (value & 0x3f)));
    }

    /**
     * Converts UTF-8 text with escape sequences back to the charset.
     *
     * @param mark length of the byte order mark that the charset writes before every text; it is
     *     left out
     */
    static byte[] decode(byte[] text, Charset encoding, int mark) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
      int from = 0;
      for (int i = 0; i + LENGTH <= text.length; i++) {
        if ((text[i] & 0xff) == FIRST && (text[i + 1] & 0xfc) == 0xb0) {
          putText(text, from, i, encoding, mark, out);
          out.write((text[i + 1] & 3) << 6 | (text[i + 2] & 0x3f));
          i += LENGTH - 1;
          from = i + 1;
        }
      }
      putText(text, from, text.length, encoding, mark, out);
      return out.toByteArray();
    }

    private static void putText(
        byte[] text, int from, int to, Charset encoding, int mark, ByteArrayOutputStream out) {
      if (from < to) {
        byte[] encoded =
            new String(text, from, to - from, StandardCharsets.UTF_8).getBytes(encoding);
        out.write(encoded, mark, encoded.length - mark);
      }
    }
  }
}
