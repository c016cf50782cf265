package io.ringhaul.internal.rejects;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.text.TextSink;
import io.ringhaul.internal.text.TextWriter;
import io.ringhaul.internal.text.TextWriters;
import io.ringhaul.schema.ColumnDescription;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** One file of rejected records; it appears under its name when it is whole. */
final class RecordFile implements AutoCloseable {

  private final Path path;
  private final Path unfinished;
  private final Optional<RecordForm> form;
  private final List<ColumnDescription> columns;
  private final TextSink sink = new TextSink(1 << 12);
  private final FileOutputStream file;
  private final OutputStream out;

  /**
   * @param form that of the texts; empty for lines of JSON made of values
   * @param columns those of the values
   */
  RecordFile(Path path, Optional<RecordForm> form, List<ColumnDescription> columns)
      throws IOException {
    this.path = path;
    this.unfinished = path.resolveSibling("." + path.getFileName() + ".tmp");
    this.form = form;
    this.columns = columns;
    Files.deleteIfExists(unfinished);
    OwnerOnly.createFile(unfinished);
    this.file = new FileOutputStream(unfinished.toFile());
    this.out = new BufferedOutputStream(file);
    if (form.isPresent()) {
      put(form.get().header());
    }
  }

  void add(JsonNode line) throws IOException {
    if (form.isPresent()) {
      out.write(RecordFiles.bytes(line.path(RecordFiles.RECORD)));
      put(form.get().lineEnd());
    } else {
      add(line.path(RecordFiles.VALUES), sink);
      sink.writeTo(out);
      sink.clear();
    }
  }

  /** Appends a row; one that JSON cannot hold stays in the other file alone. */
  private void add(JsonNode values, TextSink row) {
    row.put('{');
    String separator = "";
    for (ColumnDescription column : columns) {
      row.putAscii(separator);
      row.putJsonString(column.name());
      row.put(':');
      JsonNode hex = values.path(column.name());
      if (!hex.isTextual()) {
        row.putAscii("null");
      } else {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex.asText()));
        try {
          TextWriter writer = TextWriters.json(column);
          writer.check(bytes);
          writer.write(bytes, row);
        } catch (UnrepresentableValueException e) {
          row.clear();
          return;
        }
      }
      separator = ",";
    }
    row.putAscii("}\n");
  }

  /** Makes the file durable, and gives it its name. */
  void finish() throws IOException {
    out.flush();
    file.getFD().sync();
    out.close();
    Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the file unless it is finished. */
  @Override
  public void close() {
    try {
      out.close();
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(ByteBuffer bytes) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    out.write(copy);
  }
}
