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
 * A Parquet file that holds back its first rows until they have told which of its columns are worth
 * a dictionary, see {@link ColumnSample}. It serves one thread. Each row must have passed {@link
 * CqlParquetWriters#check}; the buffers of the first rows are kept for a while.
 */
public final class SampledAppender implements FileAppender<RawRow> {

  /** Looking at so many takes 1 or 2 % of the time that a file of 20,000 rows takes. */
  private static final int MOST_ROWS = 512;

  private static final long MOST_BYTES = 1L << 20;

  /** What a value takes beside its bytes: its buffer, and its place in the row. */
  private static final int BYTES_BESIDE_VALUE = 70;

  /** Opens the file itself. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Opens the file.
     *
     * @param dictionaries the properties of {@link
     *     org.apache.iceberg.TableProperties#PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX} that the
     *     first rows ask for; what a user has set goes before them
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
   * @param mostBytes how many bytes of memory the rows that are held back may take; never more than
   *     1 MiB
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
        CqlParquetWriters.rowWriter(schema, ParquetSchemaUtil.convert(schema, "row"), columns);
    writer.setColumnStore(sample);
    held.forEach(row -> writer.write(0, row));
    return sample.properties(schema);
  }

  @Override
  public Metrics metrics() {
    return opened().metrics();
  }

  /** The length so far; 0 as long as the file is not open. */
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
   * Takes the place of a file's columns while its first rows are looked at, and says which columns
   * are better off without a dictionary.
   *
   * <p>Parquet tries one on every column and finds out by itself which are worth it, but only at
   * the end of a page, after 20,000 rows: until then each value has been copied, hashed and looked
   * up, and is then written again. On a table whose values mostly differ that was half of the time
   * that writing took, and the files came out no smaller.
   */
  private static final class ColumnSample implements ColumnWriteStore {

    private final Map<Integer, SampledColumn> columns = new LinkedHashMap<>();

    /** The properties of a file that switch off the dictionaries that would not be worth it. */
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
      // There is nowhere to write to.
    }

    @Override
    public void endRecord() {
      // Rows are not counted.
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
      // It holds nothing but memory.
    }
  }

  /**
   * Counts how often the values of one Parquet column come again. A value that directly follows its
   * equal does not count: compression deals with runs by itself, and the keys of neighbouring rows
   * are such runs however many keys there are.
   */
  static final class SampledColumn implements ColumnWriter {

    /** So few values are worth a dictionary however often they change. */
    private static final int FEW = 16;

    /**
     * Of numbers, one in four must have been there before: at 512 rows that is when there are fewer
     * than about 850 of them. Beyond that, compression alone makes them as small.
     */
    private static final int NUMBERS_TO_ONE_REPEATED = 4;

    /**
     * Of texts and bytes, one in twenty: at 512 rows fewer than about 5,000 of them. They are
     * longer, so more is saved.
     */
    private static final int BINARIES_TO_ONE_REPEATED = 20;

    private final Set<Object> distinct = new HashSet<>();
    private @Nullable Object last;
    private int changes;
    private boolean binary;

    /** Whether a dictionary of the values would save enough to be worth the work of making it. */
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
      // A dictionary has no nulls.
    }

    @Override
    public void close() {
      // It holds nothing but memory.
    }

    @Override
    public long getBufferedSizeInMemory() {
      return 0;
    }
  }
}
