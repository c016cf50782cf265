package io.ringhaul.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

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
  public InputStream open() throws IOException {
    if (compression != Compression.NONE && size == 0) {
      throw new EOFException("it is empty, which no compressed file is");
    }
    return Compressions.decompress(compression, InputFiles.open(path, 0));
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
