package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.schema.RawRow;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionKey;
import org.jspecify.annotations.Nullable;

/**
 * Spills rows of partitions without an open data file to disk, as serialized values. A scan in
 * token order reads rows of all partitions interleaved, and a Parquet writer for each would not fit
 * in memory. One temporary file contains the rows of all partitions. Memory contains at most
 * {@value #MEMORY_BYTES} bytes of rows plus one row, and for each partition the position of its
 * last segment in the file; each segment contains the position of the partition's segment before
 * it.
 */
final class PartitionSpill implements AutoCloseable {

  private static final int MEMORY_BYTES = 2 << 20;
  private static final int NULL = -1;

  /**
   * The header of a segment: the position of the partition's previous segment and the segment's
   * length.
   */
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private static final class Rows {
    private @Nullable ByteArrayOutputStream memory;
    private long lastSegment;
    private int segments;
    private long rows;
  }

  private final int columns;
  private final Map<PartitionKey, Rows> partitions = new LinkedHashMap<>();
  private @Nullable FileChannel file;
  private long fileBytes;
  private int memoryBytes;

  /**
   * @param columns how many values a row has
   */
  PartitionSpill(int columns) {
    this.columns = columns;
  }

  /** Returns the partitions that have rows. */
  Set<PartitionKey> partitions() {
    return partitions.keySet();
  }

  /** Returns whether the partition has rows. */
  boolean holds(PartitionKey key) {
    return partitions.containsKey(key);
  }

  /** Returns how many rows a partition has. */
  long rows(PartitionKey key) {
    Rows rows = partitions.get(key);
    return rows == null ? 0 : rows.rows;
  }

  /** Adds a row. The caller must not change the key afterwards. */
  void add(PartitionKey key, RawRow row) {
    Rows rows = partitions.computeIfAbsent(key, k -> new Rows());
    ByteArrayOutputStream memory = rows.memory;
    if (memory == null) {
      memory = new ByteArrayOutputStream();
      rows.memory = memory;
    }
    rows.rows++;
    int before = memory.size();
    try (DataOutputStream out = new DataOutputStream(memory)) {
      for (int i = 0; i < columns; i++) {
        ByteBuffer value = row.bytes(i);
        if (value == null) {
          out.writeInt(NULL);
        } else {
          byte[] bytes = new byte[value.remaining()];
          value.duplicate().get(bytes);
          out.writeInt(bytes.length);
          out.write(bytes);
        }
      }
      memoryBytes += memory.size() - before;
      if (memoryBytes > MEMORY_BYTES) {
        flush();
      }
    } catch (IOException e) {
      throw unusable("written to", e);
    }
  }

  /** Passes the rows of one partition to the consumer, in the order in which they were added. */
  void replay(PartitionKey key, Consumer<RawRow> consumer) {
    chunks(key, chunk -> rows(chunk, columns, consumer));
  }

  /**
   * Passes the serialized rows of one partition to the consumer, in the order in which they were
   * added. Each chunk has whole rows.
   */
  void chunks(PartitionKey key, Consumer<ByteBuffer> consumer) {
    Rows rows = partitions.get(key);
    if (rows == null) {
      return;
    }
    try {
      for (long segment : segments(rows)) {
        int length = header(segment).getInt(Long.BYTES);
        consumer.accept(read(segment + HEADER_BYTES, length));
      }
      if (rows.memory != null) {
        consumer.accept(ByteBuffer.wrap(rows.memory.toByteArray()));
      }
    } catch (IOException e) {
      throw unusable("read back from", e);
    }
  }

  /**
   * Passes serialized rows to the consumer, one after another.
   *
   * @param columns how many values a row has
   */
  static void rows(ByteBuffer chunk, int columns, Consumer<RawRow> consumer) {
    while (chunk.hasRemaining()) {
      ByteBuffer[] values = new ByteBuffer[columns];
      for (int i = 0; i < columns; i++) {
        int size = chunk.getInt();
        if (size != NULL) {
          values[i] = chunk.slice(chunk.position(), size);
          chunk.position(chunk.position() + size);
        }
      }
      consumer.accept(column -> values[column]);
    }
  }

  /** Returns the positions of the partition's segments, in the order of writing. */
  private long[] segments(Rows rows) throws IOException {
    long[] segments = new long[rows.segments];
    long segment = rows.lastSegment;
    for (int i = segments.length - 1; i >= 0; i--) {
      segments[i] = segment;
      segment = header(segment).getLong(0);
    }
    return segments;
  }

  private ByteBuffer header(long segment) throws IOException {
    return read(segment, HEADER_BYTES);
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (file().read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the temporary file is shorter than the data written to it");
      }
    }
    return bytes.flip();
  }

  private void flush() throws IOException {
    for (Rows rows : partitions.values()) {
      ByteArrayOutputStream memory = rows.memory;
      if (memory != null) {
        long segment = fileBytes;
        append(
            ByteBuffer.allocate(HEADER_BYTES)
                .putLong(rows.lastSegment)
                .putInt(memory.size())
                .flip());
        append(ByteBuffer.wrap(memory.toByteArray()));
        rows.lastSegment = segment;
        rows.segments++;
        // ByteArrayOutputStream.reset() would keep a buffer for every partition.
        rows.memory = null;
      }
    }
    memoryBytes = 0;
  }

  private void append(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      fileBytes += file().write(bytes, fileBytes);
    }
  }

  private FileChannel file() throws IOException {
    if (file == null) {
      Path path = Files.createTempFile("ringhaul-", ".spill");
      file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      unlink(path);
    }
    return file;
  }

  private static StorageException unusable(String what, IOException e) {
    String folder = System.getProperty("java.io.tmpdir");
    return new StorageException(
        folder,
        String.format(
            "Spilled rows of partitions cannot be %s a temporary file in %s: %s; or set another"
                + " folder with -Djava.io.tmpdir",
            what, folder, StorageTrouble.of(e)),
        e);
  }

  /**
   * Deletes the open file's directory entry, where the operating system allows it, so that a killed
   * process leaves no file.
   */
  private static void unlink(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      // The file is deleted when it is closed.
    }
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
