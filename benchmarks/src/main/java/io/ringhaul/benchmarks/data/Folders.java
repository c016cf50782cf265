package io.ringhaul.benchmarks.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of a benchmark on a real disk; the system's temporary folder can be in memory. */
public final class Folders {

  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private Folders() {}

  /** Creates a folder that is deleted when this process ends. */
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

  /** Deletes a file or a folder with its content if it exists. */
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
