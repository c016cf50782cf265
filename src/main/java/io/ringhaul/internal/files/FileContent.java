package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The decompressed content of a file. Counts the compressed bytes that were read. */
public final class FileContent extends FilterInputStream {

  private final CountedInput file;

  private FileContent(InputStream content, CountedInput file) {
    super(content);
    this.file = file;
  }

  /** Returns the decompressed content of an open file, and closes it if that fails. */
  static FileContent of(InputStream opened, Compression compression) throws IOException {
    CountedInput file = new CountedInput(opened);
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
    private long count;

    private CountedInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, length);
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
