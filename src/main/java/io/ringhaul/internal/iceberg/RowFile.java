package io.ringhaul.internal.iceberg;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.ringhaul.schema.RawRow;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A file with the rows of one task, grouped by partition, which {@link PartitionSteps} reads. The
 * values are the serialized CQL values, so they are not converted.
 *
 * <p>The file has a segment for each partition, an index of the segments, and a trailer with the
 * position and checksum of the index. A segment consists of blocks: the number of bytes of rows,
 * the number of compressed bytes, and rows compressed with zstd, which adds a checksum.
 *
 * @param location where the file is
 * @param bytes the length of the file
 * @param rows the number of rows
 */
record RowFile(String location, long bytes, long rows) {

  private static final int MAGIC = 0x52_48_52_31;
  private static final int TRAILER_BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES;

  /** A block has at least this many bytes of rows, except the last block of a segment. */
  private static final int BLOCK_BYTES = 256 << 10;

  private static final int COMPRESSION_LEVEL = 1;

  /**
   * The rows of one partition.
   *
   * @param partition the partition's values, as the file's writer encoded them
   * @param offset the position of the first block
   * @param bytes the length of all blocks
   * @param rows the number of rows
   */
  record Segment(RowFile file, ByteBuffer partition, long offset, long bytes, long rows) {}

  /**
   * Writes the spilled rows to a file. If this fails, the caller must delete the file.
   *
   * @param encoder encodes the values of a partition
   * @param bytes called after each block with the length of the file so far
   */
  static RowFile write(
      OutputFile file,
      PartitionSpill spill,
      Function<PartitionKey, ByteBuffer> encoder,
      LongConsumer bytes) {
    try (PositionOutputStream stream = file.create();
        ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(COMPRESSION_LEVEL).setChecksum(true);
      Blocks blocks = new Blocks(new DataOutputStream(stream), zstd, bytes);
      ByteArrayOutputStream indexBytes = new ByteArrayOutputStream();
      DataOutputStream index = new DataOutputStream(indexBytes);
      index.writeInt(spill.partitions().size());
      long rows = 0;
      for (PartitionKey key : spill.partitions()) {
        long offset = stream.getPos();
        spill.chunks(key, blocks::add);
        blocks.end();
        ByteBuffer partition = encoder.apply(key);
        index.writeInt(partition.remaining());
        index.write(bytes(partition));
        index.writeLong(offset);
        index.writeLong(stream.getPos() - offset);
        index.writeLong(spill.rows(key));
        rows += spill.rows(key);
      }
      DataOutputStream out = new DataOutputStream(stream);
      long position = stream.getPos();
      out.write(indexBytes.toByteArray());
      out.writeLong(position);
      out.writeInt(checksum(indexBytes.toByteArray()));
      out.writeInt(MAGIC);
      out.flush();
      return new RowFile(file.location(), stream.getPos(), rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the index. */
  List<Segment> segments(FileIO io) {
    try (SeekableInputStream stream = open(io)) {
      byte[] trailerBytes = new byte[TRAILER_BYTES];
      stream.seek(Math.max(0, bytes - TRAILER_BYTES));
      stream.readNBytes(trailerBytes, 0, TRAILER_BYTES);
      ByteBuffer trailer = ByteBuffer.wrap(trailerBytes);
      long position = trailer.getLong();
      int checksum = trailer.getInt();
      long length = bytes - TRAILER_BYTES - position;
      if (trailer.getInt() != MAGIC || position < 0 || length < 0 || length > Integer.MAX_VALUE) {
        throw damaged("its end is damaged");
      }
      stream.seek(position);
      byte[] indexBytes = stream.readNBytes((int) length);
      if (indexBytes.length != length || checksum(indexBytes) != checksum) {
        throw damaged("its index is damaged");
      }
      ByteBuffer index = ByteBuffer.wrap(indexBytes);
      int count = index.getInt();
      List<Segment> segments = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        byte[] partition = new byte[index.getInt()];
        index.get(partition);
        segments.add(
            new Segment(
                this,
                ByteBuffer.wrap(partition),
                index.getLong(),
                index.getLong(),
                index.getLong()));
      }
      return segments;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Passes the rows of a segment to the consumer, in the order in which the task wrote them.
   *
   * @param columns how many values a row has
   */
  static void read(FileIO io, Segment segment, int columns, Consumer<RawRow> consumer) {
    RowFile file = segment.file();
    try (SeekableInputStream stream = file.open(io);
        ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
      stream.seek(segment.offset());
      DataInputStream in = new DataInputStream(stream);
      long left = segment.bytes();
      while (left > 0) {
        int size = in.readInt();
        int length = in.readInt();
        left -= Integer.BYTES + Integer.BYTES + length;
        if (size < 0 || length < 0 || left < 0) {
          throw file.damaged("its rows are damaged");
        }
        byte[] compressed = new byte[length];
        in.readFully(compressed);
        PartitionSpill.rows(ByteBuffer.wrap(zstd.decompress(compressed, size)), columns, consumer);
      }
    } catch (ZstdException e) {
      throw file.damaged("its rows are damaged (" + e.getMessage() + ")");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SeekableInputStream open(FileIO io) {
    try {
      return io.newInputFile(location, bytes).newStream();
    } catch (RuntimeException e) {
      // Object stores have exception classes of their own.
      throw new UncheckedIOException(new IOException(location + " cannot be read", e));
    }
  }

  private UncheckedIOException damaged(String how) {
    return new UncheckedIOException(new IOException(location + " cannot be read: " + how));
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** Writes the blocks of segments. */
  private static final class Blocks {

    private final DataOutputStream out;
    private final ZstdCompressCtx zstd;
    private final LongConsumer written;
    private final ByteArrayOutputStream rows = new ByteArrayOutputStream();
    private long bytes;

    Blocks(DataOutputStream out, ZstdCompressCtx zstd, LongConsumer written) {
      this.out = out;
      this.zstd = zstd;
      this.written = written;
    }

    /** Adds whole rows. */
    void add(ByteBuffer more) {
      rows.writeBytes(bytes(more));
      if (rows.size() >= BLOCK_BYTES) {
        end();
      }
    }

    /** Ends the segment's last block. */
    void end() {
      if (rows.size() == 0) {
        return;
      }
      byte[] compressed = zstd.compress(rows.toByteArray());
      try {
        out.writeInt(rows.size());
        out.writeInt(compressed.length);
        out.write(compressed);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      rows.reset();
      bytes += Integer.BYTES + Integer.BYTES + compressed.length;
      written.accept(bytes);
    }
  }
}
