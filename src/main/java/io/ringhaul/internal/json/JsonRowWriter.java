package io.ringhaul.internal.json;

import io.ringhaul.internal.text.TextSink;
import io.ringhaul.internal.text.TextWriter;
import io.ringhaul.internal.text.TextWriters;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Writes rows as JSON objects to a sink: every column by its stored name, null where the row has no
 * value.
 */
final class JsonRowWriter {

  private final JsonLayout layout;
  private final TextWriter[] writers;

  /** What stands before each value: a brace or comma and the column's name. */
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

  /** Appends what stands before the first row of a file. */
  void begin(TextSink out) {
    first = true;
    if (layout == JsonLayout.ARRAY) {
      out.putAscii("[\n");
    }
  }

  /**
   * Appends a row. One that is refused leaves no trace.
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

  /** Appends what stands after the last row of a file. */
  void end(TextSink out) {
    if (layout == JsonLayout.ARRAY) {
      out.putAscii(first ? "]\n" : "\n]\n");
    }
  }
}
