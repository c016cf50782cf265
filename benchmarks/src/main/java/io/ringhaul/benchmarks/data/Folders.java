package io.ringhaul.benchmarks.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of a benchmark, on a real disk: a system's temporary folder may be held in memory. */
public final class Folders {

  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private Folders() {}

  /** A new folder that is removed when this process ends. */
  public static Path temporary(String name) throws IOException {
    Path folder = Files.createTempDirectory(Files.createDirectories(TARGET), name + "-");
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    delete(folder);
                  } catch (IOException e) {
                    System.err.println(folder + " stays: " + e);
                  }
                }));
    return folder;
  }

  /** Removes a file, or a folder with all that is in it, if it is there. */
  public static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
