package io.ringhaul.internal.rejects;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Goes through a file of rejects line by line, however long these are: for each {@link #next()},
 * then {@link #copy}.
 */
final class RejectLines implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int DECIMAL = 10;

  private final InputStream in;
  private final byte[] start;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private long position;
  private long task;
  private boolean own;
  private boolean whole;

  /**
   * @param owner whose lines are looked for
   */
  RejectLines(Path path, RejectOwner owner) throws IOException {
    // Streams of Files end with an interrupt; one of these does not.
    this.in = new BufferedInputStream(new FileInputStream(path.toFile()), BUFFER_BYTES);
    this.start = owner.start(0).toString().replaceFirst("0$", "").getBytes(StandardCharsets.UTF_8);
  }

  /** Goes to the next line and reads the number of its task; false at the end of the file. */
  boolean next() throws IOException {
    head.reset();
    task = 0;
    own = true;
    whole = false;
    int read = in.read();
    if (read < 0) {
      return false;
    }
    while (read >= 0) {
      position++;
      head.write(read);
      if (isHeadOver(read)) {
        break;
      }
      read = in.read();
    }
    return true;
  }

  private boolean isHeadOver(int read) {
    int at = head.size() - 1;
    if (at < start.length) {
      own = read == start[at];
    } else if (read == ',') {
      return true;
    } else {
      task = task * DECIMAL + read - '0';
      own = read >= '0' && read <= '9' && task <= Integer.MAX_VALUE;
    }
    whole = read == '\n';
    return !own;
  }

  /** Reads the line to its end, into another file. */
  void copy(OutputStream out) throws IOException {
    head.writeTo(out);
    while (!whole) {
      int read = in.read();
      if (read < 0) {
        return;
      }
      position++;
      out.write(read);
      whole = read == '\n';
    }
  }

  /** The number of the task that has rejected the row. */
  int task() {
    return (int) task;
  }

  /** Whether the line is the owner's, as far as it reaches. */
  boolean isOwn() {
    return own;
  }

  /** Whether it has its end; known once it is copied. */
  boolean isWhole() {
    return whole;
  }

  /** How many bytes of the file are read. */
  long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
