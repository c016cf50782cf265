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
 * Rows of partitions that have no open file yet, kept on disk until they get one. A scan in token
 * order meets every partition at once; a Parquet writer for each of them would not fit in memory.
 * One temporary file serves all partitions. Memory holds {@value #MEMORY_BYTES} bytes of rows at
 * most beside one row, and a few numbers for each partition: where in the file its last rows are,
 * beside which it stands where those before them are.
 */
final class PartitionSpill implements AutoCloseable {

  private static final int MEMORY_BYTES = 2 << 20;
  private static final int NULL = -1;

  /** Before each segment of the file: where the partition's one before it is, and its length. */
  private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private static final class Rows {
    private @Nullable ByteArrayOutputStream memory;
    private long lastSegment;
    private int segments;
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

  /** The partitions that rows were added to. */
  Set<PartitionKey> partitions() {
    return partitions.keySet();
  }

  /** Whether the partition has rows here. */
  boolean holds(PartitionKey key) {
    return partitions.containsKey(key);
  }

  /** Keeps a row. The key must not be changed afterwards. */
  void add(PartitionKey key, RawRow row) {
    Rows rows = partitions.computeIfAbsent(key, k -> new Rows());
    ByteArrayOutputStream memory = rows.memory;
    if (memory == null) {
      memory = new ByteArrayOutputStream();
      rows.memory = memory;
    }
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
      throw unusable("kept in", e);
    }
  }

  /** Gives the rows of one partition, in the order in which they were added. */
  void replay(PartitionKey key, Consumer<RawRow> consumer) {
    Rows rows = partitions.get(key);
    if (rows == null) {
      return;
    }
    try {
      for (long segment : segments(rows)) {
        int length = header(segment).getInt(Long.BYTES);
        replay(read(segment + HEADER_BYTES, length), consumer);
      }
      if (rows.memory != null) {
        replay(ByteBuffer.wrap(rows.memory.toByteArray()), consumer);
      }
    } catch (IOException e) {
      throw unusable("read back from", e);
    }
  }

  private void replay(ByteBuffer rows, Consumer<RawRow> consumer) {
    while (rows.hasRemaining()) {
      ByteBuffer[] values = new ByteBuffer[columns];
      for (int i = 0; i < columns; i++) {
        int size = rows.getInt();
        if (size != NULL) {
          values[i] = rows.slice(rows.position(), size);
          rows.position(rows.position() + size);
        }
      }
      consumer.accept(column -> values[column]);
    }
  }

  /** Where the partition's segments are, the first one first. */
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
        throw new EOFException("the temporary file is shorter than what was written to it");
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
        // Not reset: that would keep its buffer, and there may be one for every partition.
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
            "Rows that wait for their partition cannot be %s a temporary file in %s: %s; or name"
                + " another folder with -Djava.io.tmpdir",
            what, folder, StorageTrouble.of(e)),
        e);
  }

  /** Where an open file can lose its name, a process that is killed leaves nothing. */
  private static void unlink(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      // Then it goes when it is closed.
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
