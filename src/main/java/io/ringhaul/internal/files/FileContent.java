package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The decompressed content of a file. Counts the compressed bytes that were decompressed. */
public final class FileContent extends FilterInputStream {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** A decompressor takes what it gets ahead of need, and its count would run ahead as well. */
  private static final int COMPRESSED_PIECE = 4 * 1024;

  private final CountedInput file;

  private FileContent(InputStream content, CountedInput file) {
    super(content);
    this.file = file;
  }

  /** Returns the decompressed content of an open file, and closes it if that fails. */
  static FileContent of(InputStream opened, Compression compression) throws IOException {
    CountedInput file =
        compression == Compression.NONE
            ? new CountedInput(opened, Integer.MAX_VALUE)
            : new CountedInput(new BufferedInputStream(opened, BUFFER_BYTES), COMPRESSED_PIECE);
    return new FileContent(Compressions.decompress(compression, file), file);
  }

  /**
   * Returns this content with a stream that wraps it; {@link #bytesRead} still counts the file's
   * bytes.
   */
  FileContent through(InputStream content) {
    return new FileContent(content, file);
  }

  /** Returns how many bytes of the file were read so far, before decompression. */
  public long bytesRead() {
    return file.count;
  }

  private static final class CountedInput extends FilterInputStream {
    private final int largestRead;
    private long count;

    private CountedInput(InputStream in, int largestRead) {
      super(in);
      this.largestRead = largestRead;
    }

    /** Bytes read again after a reset would count twice. */
    @Override
    public boolean markSupported() {
      return false;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, Math.min(length, largestRead));
      count += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(bytes);
      count += skipped;
      return skipped;
    }
  }
}
