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

/** Rows as files of comma-separated values. */
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
    export.columns().forEach(TextWriters::plain); // refuses types without a text form
    CsvSyntax syntax = settings.syntax();
    // All of them, so that a reader needs to know no defaults.
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

  /** Writes rows as lines. */
  private static final class CsvPartWriter implements PartWriter {

    /** Lines are handed on together: a compressor is slow with single ones. */
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
   * Lines in the making. They are written to a file when they are complete, so that a row that is
   * refused leaves no trace.
   */
  static final class LineBuffer {

    private static final int FIRST_CAPACITY = 1 << 12;

    /** What is kept; the room of larger lines is given back. */
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

    /** Begins a field that is not null; its text is to be added to what this gives. */
    TextSink beginField() {
      putNull();
      return text;
    }

    /** Ends a field that is not null. */
    void endField() {
      if (quoting.isNeeded(text.array(), fieldStart, text.size())) {
        quoteField();
      }
    }

    /** A field that holds the text. */
    void put(String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      beginField().put(bytes, 0, bytes.length);
      endField();
    }

    /** A field that is null. */
    void putNull() {
      if (!first) {
        text.put((char) delimiter);
      }
      first = false;
      fieldStart = text.size();
    }

    /** Ends the line. */
    void endLine() {
      text.put((char) CsvSyntax.LF);
      beginLine(text.size());
    }

    /** Forgets what there is of a line that has not ended. */
    void dropLine() {
      text.resize(lineStart);
      beginLine(lineStart);
    }

    /** Forgets all lines. */
    void clear() {
      if (text.array().length > LARGEST_KEPT) {
        text = new TextSink(FIRST_CAPACITY);
      }
      text.clear();
      beginLine(0);
    }

    /** The lines' bytes from index 0; valid until something is added. */
    byte[] array() {
      return text.array();
    }

    /** How many bytes the lines have. */
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
      // From the end to the front, so that nothing is overwritten before it has moved.
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

  /** Decides which fields are written in quotes. */
  private static final class FieldQuoting {

    private static final byte BYTE_ORDER_MARK = (byte) 0xef;

    private final boolean[] structural = new boolean[256];
    private final boolean cautious;

    FieldQuoting(CsvSyntax syntax) {
      for (char each :
          new char[] {syntax.delimiter(), syntax.quote(), CsvSyntax.CR, CsvSyntax.LF, '\0'}) {
        structural[each] = true;
      }
      // DSBulk quotes no more than it must, and its dialect is written byte for byte as it does.
      cautious = syntax.dialect() != CsvDialect.DSBULK;
    }

    /** Whether the text in the range, which is not null, needs quotes to be read as it is. */
    boolean isNeeded(byte[] bytes, int from, int to) {
      if (from == to) {
        // Without quotes it would be null.
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

    /** At the start of a file that has no header a reader would drop it. */
    private static boolean isByteOrderMark(byte[] bytes, int from, int to) {
      return to - from >= 3 && bytes[from + 1] == (byte) 0xbb && bytes[from + 2] == (byte) 0xbf;
    }

    /** Readers that trim take blanks away, but not from within quotes. */
    private static boolean isBlank(byte value) {
      return value == ' ' || value == '\t';
    }
  }
}
