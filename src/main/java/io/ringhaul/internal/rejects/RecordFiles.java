package io.ringhaul.internal.rejects;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.text.TextSink;
import io.ringhaul.internal.text.TextWriter;
import io.ringhaul.internal.text.TextWriters;
import io.ringhaul.schema.ColumnDescription;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The files of rejected records beside the rejects file. Users correct the records and import the
 * files again with the settings of the first import. Text records keep the form of their source;
 * other records become lines of JSON. The rejects file has the same data, so after a crash these
 * files are written again.
 */
final class RecordFiles {

  private final Path rejects;
  private final String base;

  RecordFiles(Path rejects) {
    this.rejects = rejects;
    this.base = base(rejects);
  }

  /** Returns the start of the names of the files. */
  static String base(Path rejects) {
    return String.valueOf(rejects.getFileName()).replaceFirst("\\.jsonl?$", "") + ".records";
  }

  /** Returns true if a file of that name, beside the rejects file, holds its records. */
  static boolean isRecords(String name, Path rejects) {
    String start = base(rejects);
    return name.startsWith(start) && name.substring(start.length()).matches("(-\\d+)?\\.\\w+");
  }

  /**
   * Checks that no files of another run exist.
   *
   * @throws StorageException if one exists
   */
  void requireNone() {
    for (Path each : existing()) {
      throw new StorageException(
          each.toString(),
          "The file for rejected records " + each + " exists already; name another one",
          null);
    }
  }

  /** Deletes the files of earlier runs. */
  void delete() {
    existing().forEach(this::delete);
  }

  /**
   * Writes the files from the content of the rejects file and replaces existing ones.
   *
   * @param columns the columns of records that are not text
   */
  void write(List<ColumnDescription> columns) {
    if (!Files.exists(rejects)) {
      return;
    }
    delete();
    Map<Optional<RecordForm>, RecordFile> files = new LinkedHashMap<>();
    Map<String, Integer> names = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(rejects);
        JsonParser lines = Json.parser(in)) {
      while (lines.nextToken() != null) {
        JsonNode line = lines.readValueAsTree();
        Optional<RecordForm> form = RejectLine.form(line);
        if (form.isPresent()
            ? line.has(RejectLine.RECORD)
            : line.has(RejectLine.VALUES) && !line.has(RejectLine.RECORD)) {
          RecordFile file = files.get(form);
          if (file == null) {
            file = new RecordFile(path(form, names), form, columns);
            files.put(form, file);
          }
          file.add(line);
        }
      }
      for (RecordFile file : files.values()) {
        file.finish();
      }
    } catch (IOException e) {
      throw failed(e);
    } finally {
      files.values().forEach(RecordFile::close);
    }
  }

  /** The names of files with different forms differ by a number. */
  private Path path(Optional<RecordForm> form, Map<String, Integer> names) {
    String extension = form.map(RecordForm::extension).orElse("jsonl");
    int number = names.merge(extension, 1, Integer::sum);
    return rejects.resolveSibling(base + (number == 1 ? "" : "-" + number) + "." + extension);
  }

  private List<Path> existing() {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> siblings =
        Files.newDirectoryStream(
            Objects.requireNonNull(rejects.getParent()),
            entry -> isRecords(String.valueOf(entry.getFileName()), rejects))) {
      siblings.forEach(found::add);
    } catch (IOException e) {
      throw failed(e);
    }
    return found;
  }

  private void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private StorageException failed(IOException e) {
    return new StorageException(
        rejects.toString(),
        "The records of " + rejects + " cannot be written to separate files: " + e,
        e);
  }

  /** One file of rejected records. It gets its name when it is complete. */
  static final class RecordFile implements AutoCloseable {

    private final Path path;
    private final Path unfinished;
    private final Optional<RecordForm> form;
    private final List<ColumnDescription> columns;
    private final TextSink sink = new TextSink(1 << 12);
    private final FileOutputStream file;
    private final OutputStream out;

    /**
     * @param form the form of text records; empty for lines of JSON
     * @param columns the columns of lines of JSON
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
        out.write(RejectLine.bytes(line.path(RejectLine.RECORD)));
        put(form.get().lineEnd());
      } else {
        add(line.path(RejectLine.VALUES), sink);
        sink.writeTo(out);
        sink.clear();
      }
    }

    /** Appends a row. A row that JSON cannot hold is left out; the rejects file has it. */
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

    /** Forces the file to disk and renames it to its name. */
    void finish() throws IOException {
      out.flush();
      file.getFD().sync();
      out.close();
      Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the file unless it is finished. */
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
}
