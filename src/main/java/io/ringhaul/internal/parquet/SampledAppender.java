package io.ringhaul.internal.parquet;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file that buffers its first rows to decide which columns get a dictionary, see {@link
 * ColumnSample}. It serves one thread. Each row must have passed {@link CqlParquetWriters#check}.
 * The appender keeps the buffers of the first rows until the sample is complete.
 */
public final class SampledAppender implements FileAppender<RawRow> {

  /**
   * Number of sampled rows. Sampling them takes 1 to 2 % of the time of writing a file of 20,000
   * rows.
   */
  private static final int MOST_ROWS = 512;

  private static final long MOST_BYTES = 1L << 20;

  /** Memory per value in addition to its bytes: its buffer and its slot in the row's array. */
  private static final int BYTES_BESIDE_VALUE = 70;

  /** Opens the underlying file. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Opens the file.
     *
     * @param dictionaries properties with the prefix {@link
     *     org.apache.iceberg.TableProperties#PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX}, derived
     *     from the first rows; a user's settings override them
     */
    FileAppender<RawRow> open(Map<String, String> dictionaries) throws IOException;
  }

  private final Schema schema;
  private final List<ColumnDescription> columns;
  private final long mostBytes;
  private final Opener opener;
  private final List<FetchedRow> held = new ArrayList<>();
  private long heldBytes;
  private @Nullable FileAppender<RawRow> file;

  /**
   * @param schema the file's schema, as for {@link CqlParquetWriters#rows}
   * @param columns the columns of each row, in the row's order
   * @param mostBytes limit on the memory of the buffered rows in bytes; at most 1 MiB is used
   */
  public SampledAppender(
      Schema schema, List<ColumnDescription> columns, long mostBytes, Opener opener) {
    this.schema = schema;
    this.columns = columns;
    this.mostBytes = Math.min(MOST_BYTES, mostBytes);
    this.opener = opener;
  }

  @Override
  public void add(RawRow row) {
    if (file != null) {
      file.add(row);
      return;
    }
    FetchedRow kept = new FetchedRow(columns.size()).fetch(row);
    held.add(kept);
    heldBytes += kept.size() + (long) columns.size() * BYTES_BESIDE_VALUE;
    if (held.size() == MOST_ROWS || heldBytes >= mostBytes) {
      open();
    }
  }

  private FileAppender<RawRow> open() {
    FileAppender<RawRow> opened;
    try {
      opened = opener.open(dictionaries());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file = opened;
    held.forEach(opened::add);
    held.clear();
    return opened;
  }

  private Map<String, String> dictionaries() {
    ColumnSample sample = new ColumnSample();
    RowWriter writer =
        CqlParquetWriters.rowWriter(
            schema, ParquetSchemaUtil.convert(schema, "row"), columns, TypeChoices.NONE);
    writer.setColumnStore(sample);
    held.forEach(row -> writer.write(0, row));
    return sample.properties(schema);
  }

  @Override
  public Metrics metrics() {
    return opened().metrics();
  }

  /** Returns the length so far; 0 while the first rows are buffered. */
  @Override
  public long length() {
    return file == null ? 0 : file.length();
  }

  @Override
  public List<Long> splitOffsets() {
    return opened().splitOffsets();
  }

  @Override
  public void close() throws IOException {
    (file == null ? open() : file).close();
  }

  private FileAppender<RawRow> opened() {
    if (file == null) {
      throw new IllegalStateException("The file is not closed");
    }
    return file;
  }

  /**
   * Receives a file's first rows in place of its columns, and decides which columns are written
   * without a dictionary.
   *
   * <p>Parquet starts with a dictionary for each column and drops it at the end of the first page,
   * after up to 20,000 rows, if it saves nothing. Until then it copies, hashes and looks up each
   * value, and then writes all values again. For a table of mostly distinct values this took half
   * of the writing time and did not make the files smaller.
   */
  private static final class ColumnSample implements ColumnWriteStore {

    private final Map<Integer, SampledColumn> columns = new LinkedHashMap<>();

    /**
     * Returns the file properties that switch off dictionaries for columns with too few repeated
     * values.
     */
    Map<String, String> properties(Schema schema) {
      Map<String, String> properties = new LinkedHashMap<>();
      columns.forEach(
          (id, column) -> {
            if (!column.repeats()) {
              properties.put(
                  TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX
                      + schema.findColumnName(id),
                  "false");
            }
          });
      return properties;
    }

    @Override
    public ColumnWriter getColumnWriter(ColumnDescriptor column) {
      return columns.computeIfAbsent(
          column.getPrimitiveType().getId().intValue(), id -> new SampledColumn());
    }

    @Override
    public void flush() {
      // Sampled values are not written.
    }

    @Override
    public void endRecord() {
      // The sample does not count rows.
    }

    @Override
    public long getAllocatedSize() {
      return 0;
    }

    @Override
    public long getBufferedSize() {
      return 0;
    }

    @Override
    public String memUsageString() {
      return "a sample of " + columns.size() + " columns";
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }

  /**
   * Counts the repeated values of one Parquet column. Consecutive equal values count once:
   * compression handles such runs without a dictionary, and the keys of neighbouring rows form runs
   * even if the table has many keys.
   */
  static final class SampledColumn implements ColumnWriter {

    /** Up to this number of distinct values, a column always gets a dictionary. */
    private static final int FEW = 16;

    /**
     * For numbers, one value in four must be a repetition. With 512 random rows that corresponds to
     * fewer than about 850 distinct values in the table. With more, compression alone makes the
     * column as small.
     */
    private static final int NUMBERS_TO_ONE_REPEATED = 4;

    /**
     * For texts and bytes, one value in twenty must be a repetition: fewer than about 5,000
     * distinct values in the table. They are longer than numbers, so a dictionary saves more.
     */
    private static final int BINARIES_TO_ONE_REPEATED = 20;

    private final Set<Object> distinct = new HashSet<>();
    private @Nullable Object last;
    private int changes;
    private boolean binary;

    /** Returns whether enough values repeat for a dictionary to be worth its cost. */
    boolean repeats() {
      int least = binary ? BINARIES_TO_ONE_REPEATED : NUMBERS_TO_ONE_REPEATED;
      return distinct.size() <= FEW || (changes - distinct.size()) * least >= changes;
    }

    private void add(Object value) {
      if (!value.equals(last)) {
        changes++;
        distinct.add(value);
        last = value;
      }
    }

    @Override
    public void write(int value, int repetitionLevel, int definitionLevel) {
      add(value);
    }

    @Override
    public void write(long value, int repetitionLevel, int definitionLevel) {
      add(value);
    }

    @Override
    public void write(boolean value, int repetitionLevel, int definitionLevel) {
      add(value);
    }

    @Override
    public void write(Binary value, int repetitionLevel, int definitionLevel) {
      binary = true;
      add(value.copy());
    }

    @Override
    public void write(float value, int repetitionLevel, int definitionLevel) {
      add(value);
    }

    @Override
    public void write(double value, int repetitionLevel, int definitionLevel) {
      add(value);
    }

    @Override
    public void writeNull(int repetitionLevel, int definitionLevel) {
      // A dictionary does not contain nulls.
    }

    @Override
    public void close() {
      // Nothing to release.
    }

    @Override
    public long getBufferedSizeInMemory() {
      return 0;
    }
  }
}
