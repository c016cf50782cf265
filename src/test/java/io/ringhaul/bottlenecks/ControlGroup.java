package io.ringhaul.bottlenecks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Linux control group (version 1) that limits the resources of its processes. Requires root.
 * {@link #close()} releases the processes.
 */
final class ControlGroup implements AutoCloseable {

  private static final Path ALL = Path.of("/sys/fs/cgroup");
  private static final String PROCESSES = "cgroup.procs";
  private static final long PERIOD_MICROS = 100_000;

  private final Path folder;

  private ControlGroup(Path folder) {
    this.folder = folder;
  }

  private static ControlGroup create(String controller) throws IOException {
    return new ControlGroup(
        Files.createTempDirectory(ALL.resolve(controller), "ringhaul").toAbsolutePath());
  }

  /** Returns true if this process can limit the disk writes of a group. */
  static boolean canBoundWrites() {
    return Files.isWritable(ALL.resolve("blkio").resolve("blkio.throttle.write_bps_device"));
  }

  /** Returns true if this process can limit the CPU time of a group. */
  static boolean canBoundProcessors() {
    return Files.isWritable(ALL.resolve("cpu").resolve(PROCESSES));
  }

  /** Creates a group with a total write rate to a device, such as {@code 7:0}. */
  static ControlGroup ofWrites(String device, long bytesPerSecond) throws IOException {
    ControlGroup group = create("blkio");
    group.set("blkio.throttle.write_bps_device", device + " " + bytesPerSecond);
    return group;
  }

  /** Creates a group with a share of one processor, from 0 to 1. */
  static ControlGroup ofProcessors(double share) throws IOException {
    ControlGroup group = create("cpu");
    group.set("cpu.cfs_period_us", Long.toString(PERIOD_MICROS));
    group.set("cpu.cfs_quota_us", Long.toString(Math.round(share * PERIOD_MICROS)));
    return group;
  }

  private void set(String name, String value) throws IOException {
    Files.writeString(folder.resolve(name), value);
  }

  /** Moves a process into the group. */
  void add(ProcessHandle process) throws IOException {
    set(PROCESSES, Long.toString(process.pid()));
  }

  @Override
  public void close() throws IOException {
    for (String process : Files.readAllLines(folder.resolve(PROCESSES))) {
      Files.writeString(folder.resolveSibling(PROCESSES), process);
    }
    Files.delete(folder);
  }
}
