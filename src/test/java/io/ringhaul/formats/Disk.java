package io.ringhaul.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A small in-memory disk. Mounting it requires root. */
public final class Disk implements AutoCloseable {

  private static final String FILLER = "filler";

  private final Path folder;

  private Disk(Path folder) {
    this.folder = folder;
  }

  /** Returns whether this process can mount disks. */
  public static boolean canBeMounted(Path folder) throws IOException {
    try (Disk disk = mount(folder, 1)) {
      return Files.isDirectory(disk.folder);
    } catch (IllegalStateException e) {
      return false;
    }
  }

  public static Disk mount(Path folder, int megabytes) throws IOException {
    Files.createDirectories(folder);
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return new Disk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Fills the remaining space. */
  void fill() throws IOException {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(folder.resolve(FILLER))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  void makeRoom() throws IOException {
    Files.delete(folder.resolve(FILLER));
  }

  /** Resizes the disk and keeps its contents. */
  public void resize(int megabytes) {
    run("mount", "-o", "remount,size=" + megabytes + "m", folder.toString());
  }

  void makeReadOnly() {
    run("mount", "-o", "remount,ro", folder.toString());
  }

  void makeWritable() {
    run("mount", "-o", "remount,rw", folder.toString());
  }

  @Override
  public void close() {
    run("umount", "-l", folder.toString());
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(List.of(command) + ": " + said);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
