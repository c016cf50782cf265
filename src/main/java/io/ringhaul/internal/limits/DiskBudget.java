package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.exceptions.Setting;
import java.util.Locale;

/**
 * The bytes that the files of an export may have, in all its runs. Tasks say how large their files
 * have become; what each of them may add before it says so again is kept free. So the files stay
 * within the bound, and the export may end by so much before it. Thread-safe.
 */
final class DiskBudget {

  /** What the end of a file may add: a footer, and what a compressor held back. */
  private static final long LEAST_STEP = 64 * 1024;

  private final String location;
  private final long most;
  private final String remedy;
  private long taken;
  private long largestStep = LEAST_STEP;
  private int open;

  /**
   * @param location where the files are, for people
   * @param most bytes, 1 or more
   * @param earlier bytes of files that are there already
   * @param remedy what to do when they are used up, as a sentence
   */
  DiskBudget(String location, long most, long earlier, String remedy) {
    this.location = location;
    this.most = most;
    this.taken = earlier;
    this.remedy = remedy;
  }

  /** The files of one task, used by one thread. */
  final class Share implements AutoCloseable {
    private long bytes;
    private boolean kept;

    /**
     * The files have so many bytes by now.
     *
     * @throws DiskLimitException if there is no room for more
     */
    void grown(long now) {
      synchronized (DiskBudget.this) {
        set(now);
        require(largestStep * open);
      }
    }

    /**
     * The files are ended, and have so many bytes.
     *
     * @throws DiskLimitException if that is too much; the files must not be kept then
     */
    void ended(long now) {
      synchronized (DiskBudget.this) {
        set(now);
        require(0);
        kept = true;
      }
    }

    private void set(long now) {
      largestStep = Math.max(largestStep, now - bytes);
      taken += now - bytes;
      bytes = now;
    }

    /** Gives back what is not kept. */
    @Override
    public void close() {
      synchronized (DiskBudget.this) {
        open--;
        if (!kept) {
          set(0);
        }
      }
    }
  }

  /** The share of a task that begins to write. */
  synchronized Share open() {
    open++;
    return new Share();
  }

  private void require(long free) {
    if (taken + free > most) {
      throw new DiskLimitException(
          location,
          most,
          String.format(
              Locale.ROOT,
              "The files of the export in %s come to %,d bytes, and %s allows %,d. %s",
              location,
              taken,
              Setting.MAX_DISK_BYTES.mark(),
              most,
              remedy));
    }
  }
}
