package io.ringhaul.internal.csv;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.internal.text.TextWriter;
import io.ringhaul.internal.text.TextWriters;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows as lines. */
final class CsvPartWriter implements PartWriter {

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
