package io.ringhaul.bottlenecks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A mounted disk with a bounded write rate for this process, without caching. Requires root. */
final class SlowDisk implements AutoCloseable {

  private static final int MEGABYTES = 1_024;

  private final Path folder;
  private final ControlGroup group;

  private SlowDisk(Path folder, ControlGroup group) {
    this.folder = folder;
    this.group = group;
  }

  /**
   * Creates and mounts a disk.
   *
   * @param image the file with the content of the disk
   * @param folder the mount point
   */
  static SlowDisk mount(Path image, Path folder, long bytesPerSecond)
      throws IOException, InterruptedException {
    run("truncate", "-s", MEGABYTES + "M", image.toString());
    run("mkfs.ext4", "-q", "-O", "^has_journal", image.toString());
    Files.createDirectories(folder);
    run("mount", "-o", "loop,sync", image.toString(), folder.toString());
    try {
      String device = run("findmnt", "--noheadings", "--output", "MAJ:MIN", folder.toString());
      ControlGroup group = ControlGroup.ofWrites(device, bytesPerSecond);
      SlowDisk disk = new SlowDisk(folder, group);
      group.add(ProcessHandle.current());
      return disk;
    } catch (IOException | RuntimeException e) {
      run("umount", "-l", folder.toString());
      throw e;
    }
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      group.close();
    } finally {
      run("umount", "-l", folder.toString());
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IllegalStateException(List.of(command) + ": " + said);
    }
    return said;
  }
}
