package io.ringhaul.internal.rejects;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a running task: in memory, and beyond 1 MiB in a temporary file. Not thread-safe.
 */
final class TaskLines implements AutoCloseable {

  private static final int MOST_IN_MEMORY = 1 << 20;
  private static final int COPIED_AT_ONCE = 1 << 16;

  private final Supplier<Path> temporary;
  private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable Path spilled;
  private @Nullable OutputStream spill;
  private boolean written;

  /**
   * @param temporary creates the temporary file
   */
  TaskLines(Supplier<Path> temporary) {
    this.temporary = temporary;
  }

  boolean isEmpty() {
    return written || (memory.size() == 0 && spilled == null);
  }

  /** Marks the lines as written, so that they are not written again. */
  void written() {
    written = true;
  }

  void add(byte[] line) {
    memory.writeBytes(line);
    if (memory.size() > MOST_IN_MEMORY) {
      spill();
    }
  }

  /** Writes all lines at the current position of the file. */
  void writeTo(RandomAccessFile file) throws IOException {
    if (spill != null) {
      spill.close();
      spill = null;
    }
    if (spilled != null) {
      try (InputStream in = new FileInputStream(spilled.toFile())) {
        byte[] buffer = new byte[COPIED_AT_ONCE];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          file.write(buffer, 0, read);
        }
      }
    }
    file.write(memory.toByteArray());
  }

  /** Drops the lines. */
  @Override
  public void close() {
    memory.reset();
    Path path = spilled;
    spilled = null;
    if (path == null) {
      return;
    }
    try {
      if (spill != null) {
        spill.close();
        spill = null;
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw RejectFile.failed(path, e);
    }
  }

  private void spill() {
    Path path = spilled;
    if (path == null) {
      path = temporary.get();
      spilled = path;
    }
    try {
      if (spill == null) {
        // An interrupt closes streams of Files, but not this one.
        spill = new FileOutputStream(path.toFile(), true);
      }
      memory.writeTo(spill);
      memory.reset();
    } catch (IOException e) {
      throw RejectFile.failed(path, e);
    }
  }
}
