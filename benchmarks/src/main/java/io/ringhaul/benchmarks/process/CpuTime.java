package io.ringhaul.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel knows of processor time. */
final class CpuTime {

  /** The kernel counts in hundredths for programs, whatever it ticks in itself. */
  private static final double TICKS_PER_SECOND = 100;

  /** Where the fields after the name begin, by proc(5): the name may hold anything. */
  private static final String AFTER_NAME = ") ";

  /** cutime and cstime are fields 16 and 17, and the first after the name is 3. */
  private static final int USER_FIELD = 13;

  private CpuTime() {}

  /** Seconds that children of this process used, counted when they have ended. */
  static double ofEndedChildren() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String fields = stat.substring(stat.lastIndexOf(AFTER_NAME) + AFTER_NAME.length());
    List<String> values = List.of(fields.split(" ", -1));
    return (Long.parseLong(values.get(USER_FIELD)) + Long.parseLong(values.get(USER_FIELD + 1)))
        / TICKS_PER_SECOND;
  }
}
