package io.ringhaul.internal.files;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.storage.FileStore;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.LocalFiles;
import io.ringhaul.internal.storage.Locations;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.io.InputFile;
import org.tukaani.xz.MemoryLimitException;

/**
 * A file to read, or a range of it; or a stream, which has no size and no ranges.
 *
 * @param store reads the file
 * @param location an absolute path, or the URI of an object
 * @param compression how the file as a whole is compressed; NONE for formats that compress
 *     themselves
 * @param size the whole file's size in bytes
 * @param version the version of an object when the import was planned; empty for a local file
 * @param start the position of the range's first byte
 * @param length the range's length in bytes
 * @param stream opens the stream; empty for a file
 */
public record SourceFile(
    FileStore store,
    String location,
    Compression compression,
    long size,
    String version,
    long start,
    long length,
    Optional<Supplier<InputStream>> stream) {

  /** How many bytes are examined to detect UTF-16. */
  private static final int LOOK_BYTES = 64;

  /** Returns a stream. */
  static SourceFile of(Supplier<InputStream> stream, Compression compression) {
    return new SourceFile(
        LocalFiles.STORE, SourceStream.NAME, compression, 0, "", 0, 0, Optional.of(stream));
  }

  /** Returns a range that covers the whole of a local file. */
  public static SourceFile whole(Path path, Compression compression, long size) {
    return whole(LocalFiles.STORE, new FileStat(path.toString(), size, ""), compression);
  }

  /** Returns a range that covers the whole file. */
  static SourceFile whole(FileStore store, FileStat file, Compression compression) {
    return new SourceFile(
        store,
        file.location(),
        compression,
        file.size(),
        file.version(),
        0,
        file.size(),
        Optional.empty());
  }

  /** Returns a range of this file. */
  SourceFile range(long from, long bytes) {
    return new SourceFile(
        store, location, compression, size, version, from, bytes, Optional.empty());
  }

  /** Returns the file's name in its folder. */
  public String name() {
    return Locations.name(location);
  }

  /** Returns the whole file for Parquet. */
  public InputFile input() {
    return store.input(location, size);
  }

  /**
   * Checks that an object has not changed since the import was planned; does nothing for a local
   * file, which has a checksum.
   *
   * @throws StorageException if it has another version or was deleted
   */
  void requireUnchanged() throws IOException {
    if (version.isEmpty()) {
      return;
    }
    Optional<FileStat> now = store.find(location);
    if (now.isEmpty() || now.get().size() != size || !now.get().version().equals(version)) {
      throw new StorageException(
          location,
          String.format(
              "The file %s %s since the import was planned; restore it or start a new import",
              location, now.isEmpty() ? "was deleted" : "has changed"),
          null);
    }
  }

  /** Returns whether the range is the whole file. */
  public boolean isWhole() {
    return start == 0 && length == size;
  }

  /** Returns the position after the range's last byte. */
  public long end() {
    return start + length;
  }

  /** Opens the whole file and decompresses its content. */
  public FileContent open() throws IOException {
    if (stream.isPresent()) {
      return FileContent.of(stream.get().get(), compression);
    }
    if (compression != Compression.NONE && size == 0) {
      throw new EOFException("it is empty, but a compressed file never is");
    }
    return FileContent.of(store.open(location, 0), compression);
  }

  /**
   * Opens the whole file as text and decompresses its content.
   *
   * @param encoding the assumed encoding of the text
   * @throws StorageException if UTF-8 is assumed and the text is UTF-16, or if decompression needs
   *     more memory than its share of the heap
   */
  public FileContent openText(Charset encoding) throws IOException {
    FileContent opened = open();
    try {
      // One read: a stream may have no more bytes yet, and its rows must not wait for them.
      byte[] first = new byte[LOOK_BYTES];
      first = Arrays.copyOf(first, Math.max(0, opened.read(first)));
      if (encoding.equals(StandardCharsets.UTF_8)) {
        requireNoUtf16(first);
      }
      return opened.through(new SequenceInputStream(new ByteArrayInputStream(first), opened));
    } catch (MemoryLimitException e) {
      opened.close();
      throw new StorageException(
          location,
          String.format(
              "Decompressing the file %s needs %d MiB of memory, but the limit, a third of the"
                  + " heap, is %d MiB: set a larger heap (-Xmx) or decompress the file first",
              location, e.getMemoryNeeded() >> 10, e.getMemoryLimit() >> 10),
          e);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Fails if the bytes look like UTF-16: it starts with a byte order mark, or every second byte of
   * many is 0, which does not occur in UTF-8 text.
   */
  private void requireNoUtf16(byte[] first) {
    if (first.length < 2) {
      return;
    }
    int mark = (first[0] & 0xff) << 8 | (first[1] & 0xff);
    int[] zeros = new int[2];
    for (int i = 0; i < first.length; i++) {
      zeros[i & 1] += first[i] == 0 ? 1 : 0;
    }
    boolean isBig = zeros[0] > first.length / 4 && zeros[1] == 0;
    boolean isLittle = zeros[1] > first.length / 4 && zeros[0] == 0;
    if (mark == 0xfeff || mark == 0xfffe || isBig || isLittle) {
      String name = mark == 0xfeff || mark == 0xfffe ? "UTF-16" : isBig ? "UTF-16BE" : "UTF-16LE";
      throw new StorageException(
          location,
          String.format(
              "%s is not UTF-8: its first bytes are those of %s; set %s to %s",
              subject(), name, Setting.ENCODING.mark(), name),
          null);
    }
  }

  /**
   * Opens the file at a position and reads to the end of the file (not of the range).
   *
   * @param position from 0 to the file's size
   * @throws IllegalStateException if the file is compressed
   */
  public InputStream openAt(long position) throws IOException {
    if (compression != Compression.NONE) {
      throw new IllegalStateException(
          location + " is compressed and can only be read from its start");
    }
    return store.open(location, position);
  }

  /**
   * Describes the position of a row, for messages.
   *
   * @param number the row's number in the range, from 1
   */
  public String row(long number) {
    return start == 0
        ? String.format("Row %d of %s", number, location)
        : String.format("Row %d after byte %d of %s", number, start, location);
  }

  /** Returns the exception for a failure to read this file. */
  public StorageException unreadable(Exception cause) {
    Throwable reason = cause instanceof UncheckedIOException ? cause.getCause() : cause;
    return new StorageException(location, subject() + " cannot be read: " + reason, cause);
  }

  /** Returns the file or the stream at the start of a message. */
  public String subject() {
    return stream.isPresent() ? "The input stream" : "The file " + location;
  }

  /** Returns the location, or the name of the stream, within a message. */
  @Override
  public String toString() {
    return location;
  }
}
