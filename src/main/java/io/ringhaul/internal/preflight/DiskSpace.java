package io.ringhaul.internal.preflight;

import io.ringhaul.internal.metrics.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks that a folder's disk has room for the output. The estimate counts uncompressed values.
 * Files usually take between a tenth of the estimate (repetitive values under zstd) and all of it.
 * Less free space than a tenth is an error; less than the estimate is a warning.
 */
public final class DiskSpace implements Check {

  private static final int BEST_COMPRESSION = 10;

  private final Path folder;
  private final long estimatedBytes;
  private final String what;
  private final boolean isBound;

  /**
   * @param estimatedBytes size of the values; 0 means unknown and disables the check
   * @param what the output as messages name it, such as {@code the export of store.orders}
   */
  public DiskSpace(Path folder, long estimatedBytes, String what) {
    this(folder, estimatedBytes, what, false);
  }

  private DiskSpace(Path folder, long estimatedBytes, String what, boolean isBound) {
    this.folder = folder.toAbsolutePath().normalize();
    this.estimatedBytes = estimatedBytes;
    this.what = what;
    this.isBound = isBound;
  }

  /**
   * Creates a check for an operation that writes only part of the values, such as a few columns.
   * The size of that part is unknown, so too little free space is only a warning.
   *
   * @param estimatedBytes size of all values
   */
  public static DiskSpace atMost(Path folder, long estimatedBytes, String what) {
    return new DiskSpace(folder, estimatedBytes, what, true);
  }

  @Override
  public List<PreflightProblem> problems() {
    long usable = usable();
    if (usable >= estimatedBytes) {
      return List.of();
    }
    boolean isHopeless = !isBound && usable < estimatedBytes / BEST_COMPRESSION;
    String problem =
        String.format(
            "The disk of %s has %s left, and %s has %s %s of values before compression",
            folder,
            ByteSize.text(usable),
            what,
            isBound ? "at most" : "about",
            ByteSize.text(estimatedBytes));
    return List.of(
        isHopeless
            ? PreflightProblem.error(problem, "free disk space or choose another disk")
            : PreflightProblem.warning(
                problem,
                "free disk space, or check that compression makes the files small enough"));
  }

  /**
   * Returns the free bytes, or {@link Long#MAX_VALUE} if the file system does not report its size.
   */
  private long usable() {
    try {
      FileStore store = Files.getFileStore(WritableFolder.nearest(folder));
      return store.getTotalSpace() == 0 ? Long.MAX_VALUE : store.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
