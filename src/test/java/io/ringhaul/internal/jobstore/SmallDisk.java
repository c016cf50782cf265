package io.ringhaul.internal.jobstore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An in-memory file system of a given size. Needs the permission to mount. */
final class SmallDisk implements AutoCloseable {

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  static SmallDisk at(Path folder, int kilobytes) throws IOException, InterruptedException {
    require("mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "tmpfs", folder.toString());
    return new SmallDisk(folder);
  }

  /** Whether this user may mount here. */
  static boolean isPossible(Path folder) throws InterruptedException {
    try {
      at(folder, 64).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  void makeReadOnly() throws IOException, InterruptedException {
    require("mount", "-o", "remount,ro", folder.toString());
  }

  @Override
  public void close() throws IOException, InterruptedException {
    require("umount", "-l", folder.toString());
  }

  private static void require(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
