package io.ringhaul.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CPU times from the kernel. */
final class CpuTime {

  /** The kernel reports CPU times in 1/100 s, independent of its internal tick. */
  private static final double TICKS_PER_SECOND = 100;

  /**
   * Marks the start of the fields after the process name, which can contain any character (see
   * proc(5)).
   */
  private static final String AFTER_NAME = ") ";

  /**
   * The fields cutime and cstime have the numbers 16 and 17; the first field after the name has
   * number 3.
   */
  private static final int USER_FIELD = 13;

  private CpuTime() {}

  /** Returns the CPU seconds of ended children of this process. */
  static double ofEndedChildren() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String fields = stat.substring(stat.lastIndexOf(AFTER_NAME) + AFTER_NAME.length());
    List<String> values = List.of(fields.split(" ", -1));
    return (Long.parseLong(values.get(USER_FIELD)) + Long.parseLong(values.get(USER_FIELD + 1)))
        / TICKS_PER_SECOND;
  }
}
