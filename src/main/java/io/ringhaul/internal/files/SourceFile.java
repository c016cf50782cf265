package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.tukaani.xz.MemoryLimitException;

/**
 * A file to read, or a range of it.
 *
 * @param path where it is
 * @param compression how the file as a whole is compressed; NONE for formats that compress
 *     themselves
 * @param size the whole file's size in bytes
 * @param start the first byte of the range
 * @param length the range's length in bytes
 */
public record SourceFile(Path path, Compression compression, long size, long start, long length) {

  /** By so many bytes it shows how a text is encoded. */
  private static final int LOOK_BYTES = 64;

  /** A whole file. */
  public static SourceFile whole(Path path, Compression compression, long size) {
    return new SourceFile(path, compression, size, 0, size);
  }

  /** Whether the range is the whole file. */
  public boolean isWhole() {
    return start == 0 && length == size;
  }

  /** The byte after the last one of the range. */
  public long end() {
    return start + length;
  }

  /** The content of the whole file, decompressed. */
  public FileContent open() throws IOException {
    if (compression != Compression.NONE && size == 0) {
      throw new EOFException("it is empty, which no compressed file is");
    }
    return FileContent.open(path, compression);
  }

  /**
   * The content of the whole file, decompressed, which is to be text.
   *
   * @param encoding what its encoding is taken for
   * @throws StorageException if it is UTF-16 and taken for UTF-8, or takes more memory to be
   *     decompressed than the heap has for it
   */
  public FileContent openText(Charset encoding) throws IOException {
    FileContent opened = open();
    PushbackInputStream content = new PushbackInputStream(opened, LOOK_BYTES);
    try {
      byte[] first = content.readNBytes(LOOK_BYTES);
      if (encoding.equals(StandardCharsets.UTF_8)) {
        requireNoUtf16(first);
      }
      content.unread(first);
      return opened.through(content);
    } catch (MemoryLimitException e) {
      content.close();
      throw new StorageException(
          path.toString(),
          String.format(
              "The file %s takes %d MiB of memory to be decompressed, and a third of the heap of"
                  + " this process is %d MiB: give it a larger heap (-Xmx), or decompress the file"
                  + " before",
              path, e.getMemoryNeeded() >> 10, e.getMemoryLimit() >> 10),
          e);
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** Most characters of UTF-16 have a byte 0, at the same place each; no text of UTF-8 does. */
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
          path.toString(),
          String.format(
              "The file %s is no UTF-8: it begins as %s does; set encoding to that (--encoding %s)",
              path, name, name),
          null);
    }
  }

  /**
   * The content from a byte of the file on, to the end of the file (not of the range).
   *
   * @param position from 0 to the file's size
   * @throws IllegalStateException if the file is compressed
   */
  public InputStream openAt(long position) throws IOException {
    if (compression != Compression.NONE) {
      throw new IllegalStateException(path + " is compressed and can only be read from its start");
    }
    return InputFiles.open(path, position);
  }

  /**
   * The place of a row, for messages.
   *
   * @param number the row's number among those of the range, from 1
   */
  public String row(long number) {
    return start == 0
        ? String.format("Row %d of %s", number, path)
        : String.format("Row %d after byte %d of %s", number, start, path);
  }

  /** The failure to read this file. */
  public StorageException unreadable(Exception cause) {
    Throwable reason = cause instanceof UncheckedIOException ? cause.getCause() : cause;
    return new StorageException(
        path.toString(), "The file " + path + " cannot be read: " + reason, cause);
  }

  /** The path, for messages. */
  @Override
  public String toString() {
    return path.toString();
  }
}
