package io.ringhaul.iceberg;

import io.ringhaul.schema.RawRow;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionKey;
import org.jspecify.annotations.Nullable;

/**
 * Rows of partitions that have no open file yet, kept on disk until they get one. A scan in token
 * order meets every partition at once; a Parquet writer for each of them would not fit in memory.
 * One temporary file serves all partitions, and memory holds {@value #MEMORY_BYTES} bytes at most
 * beside one row.
 */
final class PartitionSpill implements AutoCloseable {

  private static final int MEMORY_BYTES = 2 << 20;
  private static final int NULL = -1;

  private record Segment(long offset, int length) {}

  private static final class Rows {
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private final List<Segment> segments = new ArrayList<>();
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
    ByteArrayOutputStream memory = partitions.computeIfAbsent(key, k -> new Rows()).memory;
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
      throw new UncheckedIOException("Rows cannot be kept in a temporary file", e);
    }
  }

  /** Gives the rows of one partition, in the order in which they were added. */
  void replay(PartitionKey key, Consumer<RawRow> consumer) {
    Rows rows = partitions.get(key);
    if (rows == null) {
      return;
    }
    try {
      for (Segment segment : rows.segments) {
        FileChannel channel = file();
        channel.position(segment.offset());
        // The stream is not closed: the channel serves the other segments too.
        read(new BufferedInputStream(Channels.newInputStream(channel)), segment.length(), consumer);
      }
      byte[] memory = rows.memory.toByteArray();
      read(new ByteArrayInputStream(memory), memory.length, consumer);
    } catch (IOException e) {
      throw new UncheckedIOException("Rows kept in a temporary file cannot be read", e);
    }
  }

  private void read(InputStream bytes, int length, Consumer<RawRow> consumer) throws IOException {
    DataInputStream in = new DataInputStream(bytes);
    int left = length;
    while (left > 0) {
      ByteBuffer[] values = new ByteBuffer[columns];
      for (int i = 0; i < columns; i++) {
        int size = in.readInt();
        left -= Integer.BYTES;
        if (size != NULL) {
          values[i] = ByteBuffer.wrap(in.readNBytes(size));
          left -= size;
        }
      }
      consumer.accept(column -> values[column]);
    }
  }

  private void flush() throws IOException {
    FileChannel channel = file();
    for (Rows rows : partitions.values()) {
      ByteBuffer bytes = ByteBuffer.wrap(rows.memory.toByteArray());
      int length = bytes.remaining();
      if (length > 0) {
        rows.segments.add(new Segment(fileBytes, length));
        while (bytes.hasRemaining()) {
          fileBytes += channel.write(bytes, fileBytes);
        }
        // Not reset: that would keep its buffer, and there may be one for every partition.
        rows.memory = new ByteArrayOutputStream();
      }
    }
    memoryBytes = 0;
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
    }
    return file;
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
