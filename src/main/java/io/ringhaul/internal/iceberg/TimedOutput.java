package io.ringhaul.internal.iceberg;

import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Writes to a file's channel, which stays the caller's, and counts the time as writing. */
final class TimedOutput extends OutputStream {

  private final FileChannel channel;

  TimedOutput(FileChannel channel) {
    this.channel = channel;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
    WorkerClock.during(
        Stage.WRITE,
        () -> {
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }
}
