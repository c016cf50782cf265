package io.ringhaul.internal.files;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.ringhaul.format.Compression;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;
import org.xerial.snappy.SnappyFramedInputStream;
import org.xerial.snappy.SnappyFramedOutputStream;

/**
 * Compresses and decompresses whole files, in the formats of the compressions' command-line tools.
 */
final class Compressions {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Uses 16 MiB of heap for each open file; higher presets use 30 to 95 MiB. */
  private static final int XZ_PRESET = 2;

  /** File name suffixes of each compression; the first one is used for written files. */
  private static final Map<Compression, List<String>> SUFFIXES =
      Map.of(
          Compression.NONE, List.of(),
          Compression.GZIP, List.of(".gz", ".gzip"),
          Compression.ZSTD, List.of(".zst", ".zstd"),
          Compression.LZ4, List.of(".lz4"),
          Compression.SNAPPY, List.of(".snappy", ".sz"),
          Compression.BZIP2, List.of(".bz2"),
          Compression.XZ, List.of(".xz"));

  private Compressions() {}

  /** Returns the file name suffix of a compression, with its dot; empty for NONE. */
  static String suffix(Compression compression) {
    List<String> suffixes = suffixes(compression);
    return suffixes.isEmpty() ? "" : suffixes.get(0);
  }

  /**
   * Returns the compression that a file name's suffix stands for, NONE if it has no such suffix.
   */
  static Compression of(String fileName) {
    return ending(fileName).map(Ending::compression).orElse(Compression.NONE);
  }

  /** Returns the file name without the suffix of its compression. */
  static String plainName(String fileName) {
    return ending(fileName)
        .map(ending -> fileName.substring(0, fileName.length() - ending.text().length()))
        .orElse(fileName);
  }

  /**
   * Returns a stream that compresses to {@code out}. Closing it ends the compression and closes
   * {@code out}.
   */
  static OutputStream compress(Compression compression, OutputStream out) throws IOException {
    return switch (compression) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER_BYTES);
      case ZSTD -> new ZstdOutputStream(out);
      case LZ4 -> new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB);
      case SNAPPY -> new SnappyFramedOutputStream(out);
      // This stream writes single bytes to the stream it wraps, hence the buffer.
      case BZIP2 -> new BZip2CompressorOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
      case XZ -> new XZOutputStream(out, new LZMA2Options(XZ_PRESET));
    };
  }

  /**
   * Returns the decompressed content. The input may be several concatenated streams or frames, and
   * should be buffered.
   */
  static InputStream decompress(Compression compression, InputStream in) throws IOException {
    try {
      return switch (compression) {
        case NONE -> in;
        // The JDK's GZIPInputStream takes a damaged header of a later member for the end of the
        // file.
        case GZIP ->
            GzipCompressorInputStream.builder()
                .setInputStream(in)
                .setDecompressConcatenated(true)
                .get();
        case ZSTD -> new ZstdInputStream(in);
        case LZ4 -> new LZ4FrameInputStream(in);
        case SNAPPY -> new SnappyFramedInputStream(in, true);
        case BZIP2 -> new BZip2CompressorInputStream(in, true);
        case XZ -> new XZInputStream(in, xzKibibytes());
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Returns the memory limit for a file's dictionary: a third of the heap. */
  private static int xzKibibytes() {
    return (int) Math.min(Integer.MAX_VALUE, (Runtime.getRuntime().maxMemory() / 3) >> 10);
  }

  private static Optional<Ending> ending(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    for (Compression compression : Compression.values()) {
      for (String suffix : suffixes(compression)) {
        if (name.endsWith(suffix)) {
          return Optional.of(new Ending(compression, suffix));
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> suffixes(Compression compression) {
    return SUFFIXES.getOrDefault(compression, List.of());
  }

  private record Ending(Compression compression, String text) {}
}
