package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.internal.text.TextSink;
import io.ringhaul.internal.text.TextWriter;
import io.ringhaul.internal.text.TextWriters;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The CSV output format. */
public final class CsvOutput implements OutputFormat {

  public static final String FORMAT = "csv";

  private final CsvSettings settings;

  public CsvOutput(CsvSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return FORMAT;
  }

  @Override
  public String extension() {
    return FORMAT;
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    export.columns().forEach(TextWriters::plain); // rejects types without a text form
    CsvSyntax syntax = settings.syntax();
    // All settings are stored, so that a reader does not depend on defaults.
    return Map.of(
        CsvSettings.DIALECT, syntax.dialect().name(),
        CsvSettings.DELIMITER, String.valueOf(syntax.delimiter()),
        CsvSettings.QUOTE, String.valueOf(syntax.quote()),
        CsvSettings.ESCAPE, String.valueOf(syntax.escape()),
        CsvSettings.HEADER, String.valueOf(settings.hasHeader()));
  }

  @Override
  public PartWriter writer(WriterContext context) {
    return new CsvPartWriter(context);
  }

  /** Writes the rows of one file. */
  private static final class CsvPartWriter implements PartWriter {

    /** Lines are written in chunks, because compressors are slow with single lines. */
    private static final int FLUSH_BYTES = 1 << 15;

    private final List<ColumnDescription> columns;
    private final TextWriter[] writers;
    private final boolean hasHeader;
    private final LineBuffer lines;
    private @Nullable OutputStream out;

    CsvPartWriter(WriterContext context) {
      CsvSettings settings = new CsvSettings(context.properties());
      columns = context.columns();
      writers = columns.stream().map(TextWriters::plain).toArray(TextWriter[]::new);
      hasHeader = settings.hasHeader();
      lines = new LineBuffer(settings.syntax());
    }

    @Override
    public void begin(OutputStream content) {
      out = content;
      if (hasHeader) {
        columns.forEach(column -> lines.put(column.name()));
        lines.endLine();
      }
    }

    @Override
    public void write(RawRow row) throws IOException {
      try {
        for (int i = 0; i < writers.length; i++) {
          ByteBuffer value = row.bytes(i);
          if (value == null) {
            lines.putNull();
          } else {
            writers[i].check(value);
            writers[i].write(value, lines.beginField());
            lines.endField();
          }
        }
      } catch (UnrepresentableValueException e) {
        lines.dropLine();
        throw e;
      }
      lines.endLine();
      if (lines.size() >= FLUSH_BYTES) {
        flush();
      }
    }

    @Override
    public long bufferedBytes() {
      return lines.size();
    }

    @Override
    public void end() throws IOException {
      flush();
    }

    @Override
    public void close() {
      out = null;
      lines.clear();
    }

    private void flush() throws IOException {
      if (out != null) {
        out.write(lines.array(), 0, lines.size());
      }
      lines.clear();
    }
  }

  /**
   * Buffers lines. Only complete lines reach the file, so that a rejected row leaves nothing there.
   */
  static final class LineBuffer {

    private static final int FIRST_CAPACITY = 1 << 12;

    /** A larger buffer is released by {@link #clear}. */
    private static final int LARGEST_KEPT = 1 << 20;

    private final FieldQuoting quoting;
    private final byte delimiter;
    private final byte quote;
    private final byte escape;
    private TextSink text = new TextSink(FIRST_CAPACITY);
    private int lineStart;
    private int fieldStart;
    private boolean first = true;

    LineBuffer(CsvSyntax syntax) {
      quoting = new FieldQuoting(syntax);
      delimiter = (byte) syntax.delimiter();
      quote = (byte) syntax.quote();
      escape = (byte) syntax.escape();
    }

    /** Begins a field that is not null; the caller appends its text to the returned sink. */
    TextSink beginField() {
      putNull();
      return text;
    }

    /** Ends a field that is not null, and quotes it if necessary. */
    void endField() {
      if (quoting.isNeeded(text.array(), fieldStart, text.size())) {
        quoteField();
      }
    }

    /** Appends a field with that text. */
    void put(String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      beginField().put(bytes, 0, bytes.length);
      endField();
    }

    /** Appends a null field. */
    void putNull() {
      if (!first) {
        text.put((char) delimiter);
      }
      first = false;
      fieldStart = text.size();
    }

    void endLine() {
      text.put((char) CsvSyntax.LF);
      beginLine(text.size());
    }

    /** Removes the line that has not ended. */
    void dropLine() {
      text.resize(lineStart);
      beginLine(lineStart);
    }

    /** Removes all lines. */
    void clear() {
      if (text.array().length > LARGEST_KEPT) {
        text = new TextSink(FIRST_CAPACITY);
      }
      text.clear();
      beginLine(0);
    }

    /** Returns the buffer; bytes 0 to {@link #size} are held. Valid until the next change. */
    byte[] array() {
      return text.array();
    }

    /** Returns the number of bytes held. */
    int size() {
      return text.size();
    }

    private void beginLine(int start) {
      lineStart = start;
      first = true;
    }

    private void quoteField() {
      int from = fieldStart;
      int to = text.size();
      int escapes = 0;
      byte[] bytes = text.array();
      for (int i = from; i < to; i++) {
        if (bytes[i] == quote || bytes[i] == escape) {
          escapes++;
        }
      }
      text.reserve(Math.addExact(escapes, 2));
      bytes = text.array();
      int write = to + escapes + 1;
      text.resize(write + 1);
      bytes[write] = quote;
      // From the end, so that no byte is overwritten before it has moved.
      for (int read = to - 1; read >= from; read--) {
        byte each = bytes[read];
        bytes[--write] = each;
        if (each == quote || each == escape) {
          bytes[--write] = escape;
        }
      }
      bytes[from] = quote;
    }
  }

  /** Decides which fields are quoted. */
  private static final class FieldQuoting {

    private static final byte BYTE_ORDER_MARK = (byte) 0xef;

    private final boolean[] structural = new boolean[256];
    private final boolean cautious;

    FieldQuoting(CsvSyntax syntax) {
      for (char each :
          new char[] {syntax.delimiter(), syntax.quote(), CsvSyntax.CR, CsvSyntax.LF, '\0'}) {
        structural[each] = true;
      }
      // DSBulk quotes only where necessary; its dialect is written byte for byte as DSBulk writes
      // it.
      cautious = syntax.dialect() != CsvDialect.DSBULK;
    }

    /** Returns true if a field that is not null must be quoted to be read back unchanged. */
    boolean isNeeded(byte[] bytes, int from, int to) {
      if (from == to) {
        // An empty field without quotes is null.
        return true;
      }
      byte first = bytes[from];
      if (first == BYTE_ORDER_MARK ? isByteOrderMark(bytes, from, to) : cautious && first == '#') {
        return true;
      }
      if (cautious && (isBlank(first) || isBlank(bytes[to - 1]))) {
        return true;
      }
      for (int i = from; i < to; i++) {
        if (structural[bytes[i] & 0xff]) {
          return true;
        }
      }
      return false;
    }

    /** Readers drop a byte order mark at the start of a file without header. */
    private static boolean isByteOrderMark(byte[] bytes, int from, int to) {
      return to - from >= 3 && bytes[from + 1] == (byte) 0xbb && bytes[from + 2] == (byte) 0xbf;
    }

    /** Readers that trim fields remove blanks, but not within quotes. */
    private static boolean isBlank(byte value) {
      return value == ' ' || value == '\t';
    }
  }
}
