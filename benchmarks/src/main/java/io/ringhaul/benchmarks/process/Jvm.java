package io.ringhaul.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Java virtual machine of the contenders.
 *
 * @param home the Java home
 * @param options the heap options
 */
public record Jvm(Path home, List<String> options) {

  private static final Pattern FEATURE = Pattern.compile("JAVA_VERSION=\"(\\d+)");

  /**
   * Returns a JVM whose heap grows as needed.
   *
   * @param home the Java home; empty for that of this process
   * @param heapMegabytes the largest heap; 0 for Java's default
   */
  public static Jvm in(String home, int heapMegabytes) {
    return new Jvm(
        Path.of(home.isEmpty() ? System.getProperty("java.home") : home),
        heapMegabytes == 0 ? List.of() : List.of("-Xmx" + heapMegabytes + "m"));
  }

  /** Returns the JVM of this process with a heap of fixed size. */
  public static Jvm withWholeHeap(int megabytes) {
    return new Jvm(
        Path.of(System.getProperty("java.home")),
        List.of("-Xms" + megabytes + "m", "-Xmx" + megabytes + "m", "-XX:+AlwaysPreTouch"));
  }

  /** Returns the feature release, such as 17. */
  public int feature() throws IOException {
    Matcher version = FEATURE.matcher(Files.readString(home.resolve("release")));
    if (!version.find()) {
      throw new IllegalStateException(home + " does not report its version");
    }
    return Integer.parseInt(version.group(1));
  }

  Path java() {
    return home.resolve("bin").resolve("java");
  }
}
