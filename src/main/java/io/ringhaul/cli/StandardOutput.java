package io.ringhaul.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/**
 * Standard output for rows. Unlike {@link System#out}, it reports failures, and it knows whether
 * its reader has ended.
 */
final class StandardOutput extends OutputStream {

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private volatile boolean isReaderGone;

  /** Whether a write failed because the reading end of the pipe is closed. */
  boolean isReaderGone() {
    return isReaderGone;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    try {
      out.write(source, offset, length);
    } catch (IOException e) {
      // "Broken pipe" on Unix, "The pipe is being closed" on Windows.
      isReaderGone |= String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
      throw e;
    }
  }
}
