package io.ringhaul.internal.json;

import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.text.TextSink;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes rows to files, some at a time. */
final class JsonPartWriter implements PartWriter {

  /** Rows are handed on together: a compressor is slow with single ones. */
  private static final int FLUSH_BYTES = 1 << 15;

  /** A buffer that a huge row has made larger than this is not kept. */
  private static final int GREATEST_KEPT_BYTES = 1 << 20;

  private final JsonRowWriter rows;
  private TextSink text = new TextSink(2 * FLUSH_BYTES);
  private @Nullable OutputStream out;

  JsonPartWriter(JsonRowWriter rows) {
    this.rows = rows;
  }

  @Override
  public void begin(OutputStream content) {
    out = content;
    rows.begin(text);
  }

  @Override
  public void write(RawRow row) throws IOException {
    rows.write(row, text);
    if (text.size() >= FLUSH_BYTES) {
      flush();
    }
  }

  @Override
  public long bufferedBytes() {
    return text.size();
  }

  @Override
  public void end() throws IOException {
    rows.end(text);
    flush();
  }

  @Override
  public void close() {
    out = null;
    text.clear();
  }

  private void flush() throws IOException {
    if (out != null) {
      text.writeTo(out);
    }
    if (text.array().length > GREATEST_KEPT_BYTES) {
      text = new TextSink(2 * FLUSH_BYTES);
    } else {
      text.clear();
    }
  }
}
