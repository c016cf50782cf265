package io.ringhaul.internal.preflight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Whether a folder has room for what is to be written. The estimate is of uncompressed values, and
 * what formats and compression make of them is not known before: as a rule something between a
 * tenth of it, for values that repeat under zstd, and the whole. So less room than a tenth is an
 * error, less than the whole a warning.
 */
public final class DiskSpace implements Check {

  private static final int BEST_COMPRESSION = 10;

  private final Path folder;
  private final long estimatedBytes;
  private final String what;
  private final boolean isBound;

  /**
   * @param estimatedBytes of the values; 0 if nothing is known, which finds nothing
   * @param what is written, for people, such as {@code the export of store.orders}
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
   * For an operation that writes a part of the values, such as a few columns: it is unknown how
   * large that is, so that too little room is no more than a warning.
   *
   * @param estimatedBytes of all values
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
            readable(usable),
            what,
            isBound ? "at most" : "about",
            readable(estimatedBytes));
    return List.of(
        isHopeless
            ? PreflightProblem.error(problem, "make room there, or choose another disk")
            : PreflightProblem.warning(
                problem, "make room there, or see that compression makes up for it"));
  }

  /** What is left; everything where the file system does not say how large it is. */
  private long usable() {
    try {
      FileStore store = Files.getFileStore(WritableFolder.nearest(folder));
      return store.getTotalSpace() == 0 ? Long.MAX_VALUE : store.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the largest unit that gives one or more. */
  static String readable(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + " bytes"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }
}
