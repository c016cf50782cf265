package io.ringhaul.csv;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.files.SourceFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file that is being read, record by record. */
final class CsvFile implements Closeable {

  private final SourceFile file;
  private final InputStream in;
  private final CsvReader reader;
  private long records;

  CsvFile(CsvSettings settings, SourceFile file) throws IOException {
    this.file = file;
    InputStream content = file.open();
    Optional<Charset> encoding = settings.text(CsvSettings.ENCODING).map(Charset::forName);
    in =
        encoding.isEmpty() || encoding.get().equals(StandardCharsets.UTF_8)
            ? content
            : new TranscodedInput(content, encoding.get());
    try {
      reader =
          new CsvReader(
              file.toString(),
              in,
              settings.syntax(),
              settings.character(CsvSettings.COMMENT, '\0'),
              settings.number(CsvSettings.MAX_RECORD_SIZE, CsvSettings.DEFAULT_RECORD_BYTES));
    } catch (CharacterCodingException e) {
      in.close();
      throw wrongEncoding(e);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads the line of names at the start.
   *
   * @throws StorageException if there is none
   */
  List<String> readHeader() throws IOException {
    CsvRecord record = read();
    if (record == null) {
      throw FileHeader.error(file, "it has no header line");
    }
    if (reader.problem() != null) {
      throw FileHeader.error(file, "its header line " + reader.problem());
    }
    return FileHeader.names(record, file);
  }

  /** From now on blank lines are records, which makes sense where records have one field. */
  void takeBlankLinesAsRecords() {
    reader.takeBlankLinesAsRecords();
  }

  /** The next record, the same object each time; null after the last one. */
  @Nullable CsvRecord next() throws IOException {
    records++;
    return read();
  }

  /** What is wrong with the last record; null if nothing is. */
  @Nullable String problem() {
    return reader.problem();
  }

  /** Where the last record stands, for messages. */
  String place() {
    return String.format("Record %d (line %d) of %s", records, reader.line(), file);
  }

  private @Nullable CsvRecord read() throws IOException {
    try {
      return reader.next();
    } catch (CharacterCodingException e) {
      throw wrongEncoding(e);
    }
  }

  /** Text is decoded in advance, so the place is not known exactly. */
  private StorageException wrongEncoding(CharacterCodingException cause) {
    return new StorageException(
        file.toString(),
        String.format(
            "The file %s holds bytes that are no text in its encoding, in record %d or soon after"
                + " it; set encoding to the right one",
            file, Math.max(1, records)),
        cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
