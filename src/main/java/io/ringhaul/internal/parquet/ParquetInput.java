package io.ringhaul.internal.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.iceberg.encryption.NativeEncryptionInputFile;
import org.apache.iceberg.hadoop.HadoopInputFile;
import org.apache.iceberg.io.FileRange;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.util.ByteBuffers;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.crypto.FileDecryptionProperties;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.ParquetFileRange;
import org.apache.parquet.io.SeekableInputStream;

/** An input file of Iceberg as Parquet's reader takes it; Iceberg's own adapter is not public. */
final class ParquetInput implements InputFile {

  private static final int LENGTH_AND_MAGIC = 8;

  private final org.apache.iceberg.io.InputFile file;
  private final ParquetReadOptions options;
  private final long length;
  private long footer;

  private ParquetInput(org.apache.iceberg.io.InputFile file, ParquetReadOptions options) {
    this.file = file;
    this.options = options;
    this.length = file.getLength();
    this.footer = length - LENGTH_AND_MAGIC;
  }

  /** The file, which is decrypted if it comes with its keys. */
  static ParquetInput of(org.apache.iceberg.io.InputFile file) {
    // Without options of our own Parquet parses Hadoop's default settings for each file.
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

  /** Opens the file and reads its footer. Pages are compared with the checksums that they have. */
  ParquetFileReader open() throws IOException {
    return ParquetFileReader.open(this, options);
  }

  /** The byte at which the footer of the opened file begins, or a later byte of it. */
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

  /** Reads several ranges at once where the storage can. */
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
      // Parquet's reader first looks for the footer's length, and then for the footer.
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
