package io.ringhaul.internal.parquet;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.encryption.NativeEncryptionInputFile;
import org.apache.iceberg.hadoop.HadoopInputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.io.FileRange;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.parquet.ColumnIterator;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.ByteBuffers;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.crypto.FileDecryptionProperties;
import org.apache.parquet.crypto.ParquetCryptoRuntimeException;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.ParquetFileRange;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * An open Parquet file with a validated footer: each row group lies within the file and has all
 * columns, with at least one value per row. A row group belongs to the byte range that contains its
 * middle. Reading returns the number of rows that the footer declares for a row group, and fails if
 * the values of a column do not start with its first row or do not end with its last row.
 */
public final class OpenParquetFile implements Closeable {

  private static final int LONGEST_MESSAGE = 300;
  private static final int MAGIC_BYTES = 4;
  private static final String ENCRYPTED =
      "it is encrypted with an unknown key; write it without encryption";

  private final ParquetFileReader reader;
  private final long length;
  private final long end;
  private final StandardSchema schema;
  private final List<RowGroup> rowGroups = new ArrayList<>();
  private final Map<String, String> problems = new LinkedHashMap<>();

  /**
   * @param number the row group's number, from 1
   * @param middle the byte offset that determines the range that the row group belongs to
   */
  private record RowGroup(int number, long rows, long middle, BlockMetaData columns) {}

  /** Damage of a file. The message is the end of a sentence that starts with the file's name. */
  static final class DamageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamageException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * @param end the offset of the footer, which ends the data
   */
  private OpenParquetFile(ParquetFileReader reader, long length, long end) {
    this.reader = reader;
    this.length = length;
    this.end = end;
    this.schema = StandardSchema.of(reader.getFileMetaData().getSchema());
    List<BlockMetaData> blocks = reader.getFooter().getBlocks();
    for (int i = 0; i < blocks.size(); i++) {
      rowGroups.add(checked(i + 1, blocks.get(i)));
    }
  }

  /**
   * Opens a file and validates its footer.
   *
   * @throws RuntimeException of any class if the file is damaged or not a Parquet file; {@link
   *     #reason} returns the message
   */
  public static OpenParquetFile open(InputFile file) throws IOException {
    ParquetInput input = ParquetInput.of(file);
    ParquetFileReader reader = input.open();
    try {
      return new OpenParquetFile(reader, input.getLength(), input.footer());
    } catch (RuntimeException | Error e) {
      reader.close();
      throw e;
    }
  }

  /** Returns in one line why a file cannot be read, given what opening or reading it has thrown. */
  public static String reason(Throwable thrown) {
    if (thrown instanceof DamageException) {
      return String.valueOf(thrown.getMessage());
    } else if (thrown instanceof ParquetCryptoRuntimeException) {
      return "it is encrypted with unknown keys; write it again without encryption";
    }
    Throwable cause = thrown instanceof UncheckedIOException ? thrown.getCause() : thrown;
    if (cause instanceof EOFException && cause.getMessage() == null) {
      return "one of its pages has less data than it declares; copy or write the file again";
    }
    return firstLine(String.valueOf(cause));
  }

  /**
   * Returns the first line of a message of Parquet or Iceberg, without the schema that may follow.
   */
  static String firstLine(@Nullable String message) {
    String line = String.valueOf(message).lines().findFirst().orElse("");
    if (line.length() > LONGEST_MESSAGE) {
      return line.substring(0, LONGEST_MESSAGE) + "...";
    }
    return line.endsWith("{") ? line.substring(0, line.length() - 1).stripTrailing() : line;
  }

  /**
   * Throws if the file was cut or overwritten since it was added to a table.
   *
   * @param bytes the file's length in the table's metadata
   * @param rows the file's number of rows in the table's metadata
   * @param start the offset of the first row group in the table's metadata, or less
   */
  public void requireAsInTable(long bytes, long rows, long start) {
    String problem = null;
    if (length != bytes) {
      problem =
          String.format("it has %d bytes, but its table's metadata declares %d", length, bytes);
    } else if (rows() != rows) {
      problem = String.format("it has %d rows, but its table's metadata declares %d", rows(), rows);
    } else if (rowsBefore(start) > 0) {
      problem =
          String.format(
              "it has rows before byte %d, where its table's metadata declares the first row group",
              start);
    }
    if (problem != null) {
      throw new DamageException(
          problem + "; restore the original file, or remove it from the table", null);
    }
  }

  /** Returns the file's length in bytes. */
  long length() {
    return length;
  }

  /** Returns the number of rows in the whole file. */
  long rows() {
    return rowGroups.stream().mapToLong(RowGroup::rows).sum();
  }

  /** Returns the number of rows before a range that starts at the given byte. */
  long rowsBefore(long start) {
    return rowGroups.stream().filter(group -> group.middle < start).mapToLong(RowGroup::rows).sum();
  }

  /**
   * Returns the file's columns with field ids.
   *
   * @param mapping provides the ids for a file without ids
   */
  public MessageType identified(NameMapping mapping) {
    return ParquetSchemaUtil.hasIds(schema.type())
        ? schema.type()
        : ParquetSchemaUtil.applyNameMapping(schema.type(), mapping);
  }

  StandardSchema schema() {
    return schema;
  }

  Map<String, String> metadata() {
    return reader.getFileMetaData().getKeyValueMetaData();
  }

  /** Returns why the pages of top-level columns cannot be read, by column name. */
  Map<String, String> problems() {
    return problems;
  }

  /**
   * Returns the rows of the row groups whose middle lies in a range. They can be iterated once.
   * Closing the result closes the file.
   *
   * @param expected the fields to read
   * @param identified the file's columns with field ids
   * @param end the byte after the range
   * @param model makes the reader of rows from the selected columns
   */
  public <T> CloseableIterable<T> rows(
      Schema expected,
      MessageType identified,
      long start,
      long end,
      Function<MessageType, ParquetValueReader<T>> model) {
    Set<Integer> ids = new HashSet<>();
    expected.columns().stream().map(NestedField::fieldId).forEach(ids::add);
    MessageType selected =
        new MessageType(
            identified.getName(),
            identified.getFields().stream()
                .filter(field -> field.getId() != null && ids.contains(field.getId().intValue()))
                .toList());
    for (Type field : selected.getFields()) {
      String problem = problems.get(field.getName());
      if (problem != null) {
        throw new DamageException("column " + field.getName() + ": " + problem, null);
      }
    }
    reader.setRequestedSchema(selected.getColumns().stream().map(schema::stored).toList());
    ParquetValueReader<T> rows = model.apply(selected);
    List<RowGroup> inRange =
        rowGroups.stream()
            .filter(group -> group.rows > 0 && group.middle >= start && group.middle < end)
            .toList();
    return new CloseableIterable<>() {
      @Override
      public CloseableIterator<T> iterator() {
        return new Rows<>(rows, inRange, selected);
      }

      @Override
      public void close() throws IOException {
        OpenParquetFile.this.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private RowGroup checked(int number, BlockMetaData block) {
    List<ColumnDescriptor> columns = reader.getFileMetaData().getSchema().getColumns();
    long rows = block.getRowCount();
    if (rows < 0 || (rows > 0 && block.getColumns().size() != columns.size())) {
      throw damaged(
          number,
          String.format(
              "has %d rows and %d of %d columns", rows, block.getColumns().size(), columns.size()));
    }
    Map<ColumnPath, ColumnDescriptor> byPath = new HashMap<>();
    columns.forEach(column -> byPath.put(ColumnPath.get(column.getPath()), column));
    long first = length;
    long bytes = 0;
    for (ColumnChunkMetaData chunk :
        rows > 0 ? block.getColumns() : List.<ColumnChunkMetaData>of()) {
      String name = chunk.getPath().toDotString();
      try {
        requireWithinFile(number, name, chunk);
        ColumnDescriptor column = byPath.get(chunk.getPath());
        long values = chunk.getValueCount();
        if (column == null
            || values < rows
            || (values > rows && column.getMaxRepetitionLevel() == 0)) {
          throw damaged(
              number, String.format("has %d rows but %d values of column %s", rows, values, name));
        }
        first = Math.min(first, chunk.getStartingPos());
        bytes += chunk.getTotalSize();
      } catch (ParquetCryptoRuntimeException e) {
        problems.putIfAbsent(chunk.getPath().toArray()[0], ENCRYPTED);
        continue;
      }
      if (!isSupported(chunk.getCodec())) {
        problems.putIfAbsent(
            chunk.getPath().toArray()[0],
            String.format(
                "it is compressed with %s, which is not supported; write it with zstd, snappy, gzip"
                    + " or lz4_raw",
                chunk.getCodec().name().toLowerCase(Locale.ROOT)));
      }
    }
    return new RowGroup(number, rows, Math.max(0, Math.min(first + bytes / 2, length - 1)), block);
  }

  private void requireWithinFile(int number, String name, ColumnChunkMetaData chunk) {
    long start = chunk.getStartingPos();
    long size = chunk.getTotalSize();
    long dictionary = chunk.getDictionaryPageOffset();
    if (start < MAGIC_BYTES || size < 0) {
      throw damaged(
          number, String.format("has column %s at byte %d with %d bytes", name, start, size));
    } else if (size > end || start > end - size || dictionary >= end) {
      throw damaged(
          number,
          String.format(
              "exceeds the data of the file: its column %s has %d bytes from byte %d on, but the"
                  + " data end at byte %d of %d",
              name, size, Math.max(start, dictionary), end, length));
    }
  }

  private DamageException damaged(int number, String problem) {
    return new DamageException(
        String.format(
            "row group %d of %d %s; the file is cut or damaged: copy or write it again",
            number, reader.getFooter().getBlocks().size(), problem),
        null);
  }

  private static boolean isSupported(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4, LZ4_RAW -> true;
      case BROTLI, LZO -> false;
    };
  }

  /** Reads the row groups one after the other. */
  private final class Rows<T> implements CloseableIterator<T> {

    private final ParquetValueReader<T> model;
    private final List<ColumnIterator<?>> columns = new ArrayList<>();
    private final List<RowGroup> groups;
    private final MessageType selected;
    private int next;
    private long left;

    Rows(ParquetValueReader<T> model, List<RowGroup> groups, MessageType selected) {
      this.model = model;
      this.groups = groups;
      this.selected = selected;
      for (Object column : model.columns()) {
        if (column instanceof ColumnIterator<?> stored) {
          columns.add(stored);
        }
      }
    }

    @Override
    public void close() throws IOException {
      OpenParquetFile.this.close();
    }

    @Override
    public boolean hasNext() {
      return left > 0 || next < groups.size();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        if (left == 0) {
          begin(groups.get(next++));
        }
        T row = model.read(null);
        if (--left == 0) {
          end(groups.get(next - 1));
        }
        return row;
      } catch (DamageException e) {
        throw e;
      } catch (RuntimeException e) {
        throw explained(e, groups.get(next - 1));
      }
    }

    private void begin(RowGroup group) {
      try {
        PageReadStore pages = reader.readRowGroup(group.number - 1);
        model.setPageSource(schema.moved().isEmpty() ? pages : new StoredPages(pages, schema));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      left = group.rows;
      for (ColumnIterator<?> column : columns) {
        if (column.currentRepetitionLevel() != 0) {
          throw new DamageException(
              String.format(
                  "the values of %s in row group %d do not start with a row: their first repetition"
                      + " level is %d, not 0; write the file again",
                  repeated(), group.number, column.currentRepetitionLevel()),
              null);
        }
      }
    }

    private void end(RowGroup group) {
      for (ColumnIterator<?> column : columns) {
        if (column.hasNext()) {
          throw new DamageException(
              String.format(
                  "row group %d has %d rows, but values of %s remain after them; write the file"
                      + " again",
                  group.number, group.rows, repeated()),
              null);
        }
      }
    }

    /** Names the columns that can have more than one value in a row. */
    private String repeated() {
      Set<String> names = new TreeSet<>();
      for (ColumnDescriptor column : selected.getColumns()) {
        if (column.getMaxRepetitionLevel() > 0) {
          names.add(column.getPath()[0]);
        }
      }
      return (names.size() == 1 ? "column " : "one of the columns ") + String.join(", ", names);
    }

    private RuntimeException explained(RuntimeException e, RowGroup group) {
      Set<String> names = new HashSet<>();
      selected.getFields().forEach(field -> names.add(field.getName()));
      for (ColumnChunkMetaData chunk : group.columns.getColumns()) {
        String name = chunk.getPath().toArray()[0];
        if (names.contains(name) && chunk.getCodec() == CompressionCodecName.LZ4) {
          return new DamageException(
              String.format(
                  "column %s is compressed with lz4 without Hadoop's framing, or it is damaged;"
                      + " write the file with lz4_raw, zstd or snappy",
                  name),
              e);
        }
      }
      return e;
    }
  }

  /** Finds the pages of a row group by the columns of the standard schema. */
  private record StoredPages(PageReadStore pages, StandardSchema schema) implements PageReadStore {

    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
      return pages.getPageReader(schema.stored(column));
    }

    @Override
    public long getRowCount() {
      return pages.getRowCount();
    }

    @Override
    public Optional<Long> getRowIndexOffset() {
      return pages.getRowIndexOffset();
    }
  }

  /** Adapts an input file of Iceberg to Parquet's reader; Iceberg's own adapter is not public. */
  private static final class ParquetInput implements org.apache.parquet.io.InputFile {

    private static final int LENGTH_AND_MAGIC = 8;

    private final InputFile file;
    private final ParquetReadOptions options;
    private final long length;
    private long footer;

    private ParquetInput(InputFile file, ParquetReadOptions options) {
      this.file = file;
      this.options = options;
      this.length = file.getLength();
      this.footer = length - LENGTH_AND_MAGIC;
    }

    /** Adapts the file, and decrypts it if it comes with its keys. */
    static ParquetInput of(InputFile file) {
      // Without a plain configuration, Parquet parses Hadoop's default settings for each file.
      ParquetReadOptions.Builder options =
          ParquetReadOptions.builder(new PlainParquetConfiguration())
              .usePageChecksumVerification()
              .withUseHadoopVectoredIo(true);
      if (file instanceof NativeEncryptionInputFile encrypted) {
        options.withDecryption(
            FileDecryptionProperties.builder()
                .withFooterKey(ByteBuffers.toByteArray(encrypted.keyMetadata().encryptionKey()))
                .withAADPrefix(ByteBuffers.toByteArray(encrypted.keyMetadata().aadPrefix()))
                .build());
        return new ParquetInput(encrypted.encryptedInputFile(), options.build());
      }
      return new ParquetInput(file, options.build());
    }

    /**
     * Opens the file and reads its footer. The reader verifies the checksums of pages that have
     * one.
     */
    ParquetFileReader open() throws IOException {
      return ParquetFileReader.open(this, options);
    }

    /** Returns the offset of the opened file's footer, or of a later byte of it. */
    long footer() {
      return footer;
    }

    @Override
    public long getLength() {
      return length;
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      if (file instanceof HadoopInputFile hadoop) {
        return HadoopStreams.wrap(hadoop.getFileSystem().open(hadoop.getPath()));
      }
      return new Stream(file.newStream());
    }

    @Override
    public String toString() {
      return file.location();
    }

    /** Reads several ranges at once if the storage supports it. */
    private final class Stream extends DelegatingSeekableInputStream {

      private final org.apache.iceberg.io.SeekableInputStream stream;
      private boolean isAtLength;

      Stream(org.apache.iceberg.io.SeekableInputStream stream) {
        super(stream);
        this.stream = stream;
      }

      @Override
      public long getPos() throws IOException {
        return stream.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        stream.seek(position);
        // Parquet's reader seeks to the footer's length first, and then to the footer.
        if (isAtLength) {
          footer = Math.min(footer, position);
        }
        isAtLength = position == length - LENGTH_AND_MAGIC;
      }

      @Override
      public boolean readVectoredAvailable(ByteBufferAllocator allocator) {
        return stream instanceof RangeReadable;
      }

      @Override
      public void readVectored(List<ParquetFileRange> ranges, ByteBufferAllocator allocator)
          throws IOException {
        List<FileRange> wanted = new ArrayList<>();
        for (ParquetFileRange range : ranges) {
          CompletableFuture<ByteBuffer> bytes = new CompletableFuture<>();
          range.setDataReadFuture(bytes);
          wanted.add(new FileRange(bytes, range.getOffset(), range.getLength()));
        }
        ((RangeReadable) stream).readVectored(wanted, allocator::allocate);
      }
    }
  }
}
