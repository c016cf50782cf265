package io.ringhaul.internal.parquet;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
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
}
