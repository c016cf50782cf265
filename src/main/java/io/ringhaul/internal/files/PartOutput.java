package io.ringhaul.internal.files;

import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A file being written, counted and checksummed. It appears under its name when it is whole and on
 * disk, and not before.
 */
final class PartOutput extends OutputStream {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final MessageDigest digest = Checksums.newDigest();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;
  private long bytes;
  private boolean closed;

  PartOutput(Path path) throws IOException {
    this.path = path;
    this.channel =
        FileChannel.open(
            DurableFiles.temporary(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Bytes taken so far. */
  long bytes() {
    return bytes;
  }

  /** The checksum of a file that is closed. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void write(int b) throws IOException {
    if (buffered == BUFFER_BYTES) {
      drain();
    }
    buffer[buffered++] = (byte) b;
    bytes++;
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (buffered == BUFFER_BYTES) {
        drain();
      }
      int chunk = Math.min(left, BUFFER_BYTES - buffered);
      System.arraycopy(source, from, buffer, buffered, chunk);
      buffered += chunk;
      from += chunk;
      left -= chunk;
    }
    bytes += length;
  }

  /** Does nothing: the file is read by nobody before it is closed. */
  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (channel) {
      drain();
      WorkerClock.during(Stage.WRITE, () -> channel.force(true));
    }
    WorkerClock.during(Stage.WRITE, () -> DurableFiles.rename(DurableFiles.temporary(path), path));
  }

  /** Gives the file up and removes what is there of it. */
  void abandon() throws IOException {
    closed = true;
    channel.close();
    Files.deleteIfExists(DurableFiles.temporary(path));
  }

  private void drain() throws IOException {
    digest.update(buffer, 0, buffered);
    ByteBuffer rest = ByteBuffer.wrap(buffer, 0, buffered);
    WorkerClock.during(
        Stage.WRITE,
        () -> {
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
    buffered = 0;
  }
}
