package io.ringhaul.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.RowBytes;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.text.PartitionKeyCheck;
import io.ringhaul.internal.text.TextOptions;
import io.ringhaul.internal.text.TextReader;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one file. */
final class CsvRowReader implements RowReader {

  /** The most filler records that a {@link RecordForm} may start with. */
  private static final int GREATEST_SKIPPED = 10_000;

  private final SourceFile source;
  private final CsvFile file;
  private final List<String> fields;
  private final List<ColumnDescription> columns;
  private final TextReader[] readers;

  /** The index of the field of each column. */
  private final int[] fieldOf;

  private final RowBytes row;
  private final NullWords nullWords;
  private final boolean trims;
  private final PartitionKeyCheck keyCheck;

  /**
   * Filler for the skipped records at the start of a file of this form; empty if there are too
   * many.
   */
  private final Optional<String> skipped;

  private long toSkip;
  private boolean hasRecord;

  CsvRowReader(CsvSettings settings, List<ColumnDescription> columns, SourceFile source)
      throws IOException {
    this.source = source;
    this.columns = columns;
    this.nullWords = new NullWords(settings.texts(CsvSettings.NULL_VALUE));
    this.trims = settings.isTrimmed();
    this.row = new RowBytes(columns.size());
    this.keyCheck = new PartitionKeyCheck(columns);
    this.toSkip = settings.number(CsvSettings.SKIP_RECORDS, 0L);
    this.skipped = skipped(settings);
    TextOptions options = settings.textOptions();
    this.readers =
        columns.stream().map(column -> TextReader.of(column, options)).toArray(TextReader[]::new);
    this.file = new CsvFile(settings, source);
    try {
      this.fields = fields(settings);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    List<String> stored = storedNames(settings);
    this.fieldOf = columns.stream().mapToInt(column -> stored.indexOf(column.name())).toArray();
    file.expectFields(fields.size());
  }

  @Override
  public @Nullable RawRow next() {
    try {
      for (; toSkip > 0; toSkip--) {
        if (file.next() == null) {
          return null;
        }
      }
      CsvRecord record = file.next();
      hasRecord = record != null;
      return record == null ? null : row(record);
    } catch (IOException e) {
      throw source.unreadable(e);
    }
  }

  @Override
  public Optional<SourceRecord> lastRecord() {
    return hasRecord
        ? Optional.of(new SourceRecord(source.toString(), "line", file.line(), file.text()))
        : Optional.empty();
  }

  @Override
  public Optional<RecordForm> recordForm() {
    return skipped.flatMap(file::form);
  }

  @Override
  public long bytesRead() {
    return file.bytesRead();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> skipped(CsvSettings settings) {
    long count = settings.number(CsvSettings.SKIP_RECORDS, 0L);
    String record = settings.character(CsvSettings.COMMENT, '\0') == '-' ? "+\n" : "-\n";
    return count > GREATEST_SKIPPED ? Optional.empty() : Optional.of(record.repeat((int) count));
  }

  /** Returns the names of this file's fields; their order may differ between files. */
  private List<String> fields(CsvSettings settings) throws IOException {
    List<String> expected = settings.texts(CsvSettings.FIELDS);
    if (!settings.hasHeader()) {
      return expected;
    }
    List<String> names = file.readHeader();
    Set<String> others = new HashSet<>(names);
    if (names.size() != expected.size() || !others.equals(Set.copyOf(expected))) {
      throw FileHeader.error(
          source, String.format("its header line has the names %s instead of %s", names, expected));
    }
    return names;
  }

  /** Returns the stored names of the columns in the order of this file's fields. */
  private List<String> storedNames(CsvSettings settings) {
    List<String> expected = settings.texts(CsvSettings.FIELDS);
    List<String> stored = settings.texts(CsvSettings.COLUMNS);
    return fields.stream().map(field -> stored.get(expected.indexOf(field))).toList();
  }

  private RawRow row(CsvRecord record) {
    String problem = file.problem();
    if (problem != null) {
      throw new MalformedRecordException(
          String.format("%s %s; the expected fields are %s", file.place(), problem, fields), null);
    }
    row.clear();
    ByteBuffer bytes = ByteBuffer.wrap(record.array());
    for (int i = 0; i < readers.length; i++) {
      bytes.clear();
      int field = fieldOf[i];
      int from = record.start(field);
      int to = from + record.length(field);
      boolean isQuoted = record.isQuoted(field);
      if (trims && !isQuoted) {
        while (from < to && isBlank(bytes.get(from))) {
          from++;
        }
        while (from < to && isBlank(bytes.get(to - 1))) {
          to--;
        }
      }
      if (isQuoted || !nullWords.isNull(record.array(), from, to)) {
        int start = row.bytes().size();
        bytes.limit(to).position(from);
        read(bytes, i);
        row.set(i, start);
      }
    }
    @Nullable ByteBuffer[] values = row.values();
    try {
      keyCheck.require(values);
    } catch (UnrepresentableValueException e) {
      throw located(e);
    }
    return column -> values[column];
  }

  private static boolean isBlank(byte each) {
    return each == ' ' || each == '\t';
  }

  private void read(ByteBuffer text, int column) {
    if (!Utf8.isWellFormed(text, text.position(), text.remaining())) {
      throw located(
          new UnrepresentableValueException(
              columns.get(column).name(),
              String.format(
                  "%s holds bytes that are not valid %s; set encoding if the file has another one",
                  columns.get(column).name(), file.encoding())));
    }
    try {
      readers[column].read(text, row.bytes());
    } catch (UnrepresentableValueException e) {
      throw located(e);
    }
  }

  private UnrepresentableValueException located(UnrepresentableValueException e) {
    return new UnrepresentableValueException(
        e.column(), String.format("%s: %s", file.place(), e.message(Setting::mark)));
  }

  /** The texts that are null when unquoted. The empty text always is. */
  private static final class NullWords {

    private final byte[][] words;

    NullWords(List<String> words) {
      this.words = words.stream().map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new);
    }

    /** Returns true if the unquoted field is null. */
    boolean isNull(byte[] text, int from, int to) {
      if (from == to) {
        return true;
      }
      for (byte[] word : words) {
        if (Arrays.equals(word, 0, word.length, text, from, to)) {
          return true;
        }
      }
      return false;
    }
  }
}
