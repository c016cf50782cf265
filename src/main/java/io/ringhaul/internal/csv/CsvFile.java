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
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file that is being read, record by record. */
final class CsvFile implements Closeable {

  private final SourceFile file;
  private final FileEncoding encoding;
  private final FileContent content;
  private final InputStream in;
  private final CsvReader reader;

  /** The header as it stands in the file, in UTF-8; null if there is none. */
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
   * Reads the line of names at the start.
   *
   * @throws StorageException if there is none
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

  /** From now on records must have so many fields; blank lines are records if they have one. */
  void expectFields(int number) {
    reader.expectFields(number);
    if (number == 1) {
      reader.takeBlankLinesAsRecords();
    }
  }

  /** The next record, the same object each time; null after the last one. */
  @Nullable CsvRecord next() throws IOException {
    records++;
    return reader.next();
  }

  /** What is wrong with the last record; null if nothing is. */
  @Nullable String problem() {
    return reader.problem();
  }

  /** Where the last record stands, for messages. */
  String place() {
    return String.format("Record %d (line %d) of %s", records, reader.line(), file);
  }

  /** The line on which the last record begins, counted from 1. */
  long line() {
    return reader.line();
  }

  /**
   * The last record as it stands in the file, without its line end; empty if there is none, or if
   * it is too large to be kept.
   */
  Optional<byte[]> text() {
    return Optional.ofNullable(reader.text()).map(encoding::encoded);
  }

  /** Bytes of the file that were read so far. */
  long bytesRead() {
    return content.bytesRead();
  }

  /** The name of the file's encoding. */
  String encoding() {
    return encoding.name();
  }

  /**
   * How records of this file make another one.
   *
   * @param skipped records that are passed over at the start of each file
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
}
