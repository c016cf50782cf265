package io.ringhaul.internal.json;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON output format. */
public final class JsonOutput implements OutputFormat {

  public static final String NAME = "json";

  private static final String LAYOUT = "layout";

  private final JsonLayout layout;

  public JsonOutput(JsonLayout layout) {
    this.layout = layout;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String extension() {
    return NAME;
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public Map<String, String> properties(ExportDescription export) {
    export.columns().forEach(TextWriters::json); // rejects types without a text form
    return Map.of(LAYOUT, layout.name());
  }

  @Override
  public PartWriter writer(WriterContext context) {
    JsonLayout planned = JsonLayout.valueOf(context.property(LAYOUT));
    return new JsonPartWriter(new JsonRowWriter(context.columns(), planned));
  }

  /** Writes the rows of one file. */
  private static final class JsonPartWriter implements PartWriter {

    /** Rows are written in chunks, because compressors are slow with single rows. */
    private static final int FLUSH_BYTES = 1 << 15;

    /** A larger buffer is released after use. */
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

  /**
   * Writes rows as JSON objects. Each object has all columns by their stored names; columns without
   * a value are null.
   */
  static final class JsonRowWriter {

    private final JsonLayout layout;
    private final TextWriter[] writers;

    /** The text before each value: a brace or a comma, and the column name. */
    private final byte[][] prefixes;

    private boolean first = true;

    JsonRowWriter(List<ColumnDescription> columns, JsonLayout layout) {
      this.layout = layout;
      this.writers = columns.stream().map(TextWriters::json).toArray(TextWriter[]::new);
      this.prefixes = new byte[writers.length][];
      TextSink prefix = new TextSink(0);
      for (int i = 0; i < prefixes.length; i++) {
        prefix.clear();
        prefix.put(i == 0 ? '{' : ',');
        prefix.putJsonString(columns.get(i).name());
        prefix.put(':');
        prefixes[i] = Arrays.copyOf(prefix.array(), prefix.size());
      }
    }

    /** Appends the text before the first row of a file. */
    void begin(TextSink out) {
      first = true;
      if (layout == JsonLayout.ARRAY) {
        out.putAscii("[\n");
      }
    }

    /**
     * Appends a row. A rejected row appends nothing.
     *
     * @throws io.ringhaul.exceptions.UnrepresentableValueException if text cannot hold a value
     */
    void write(RawRow row, TextSink out) {
      int start = out.size();
      boolean written = false;
      try {
        if (layout == JsonLayout.ARRAY && !first) {
          out.putAscii(",\n");
        }
        for (int i = 0; i < writers.length; i++) {
          out.put(prefixes[i]);
          ByteBuffer value = row.bytes(i);
          if (value == null) {
            out.putAscii("null");
          } else {
            writers[i].check(value);
            writers[i].write(value, out);
          }
        }
        out.put('}');
        if (layout == JsonLayout.LINES) {
          out.put('\n');
        }
        written = true;
        first = false;
      } finally {
        if (!written) {
          out.resize(start);
        }
      }
    }

    /** Appends the text after the last row of a file. */
    void end(TextSink out) {
      if (layout == JsonLayout.ARRAY) {
        out.putAscii(first ? "]\n" : "\n]\n");
      }
    }
  }
}
