package io.ringhaul.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class path of a peer program from Maven Central whose dependencies conflict with Ringhaul's.
 * Its {@code pom.xml} defines the class path. Maven resolves it once and after each change of the
 * peer's files.
 */
final class PeerClassPath {

  private static final Path POMS = Path.of("benchmarks", "peers");
  private static final Path KEPT = Path.of("target", "peers");

  private PeerClassPath() {}

  /**
   * Returns the jars and the classes of the peer's own sources, if any.
   *
   * @param peer the name of the folder in {@code benchmarks/peers}
   */
  static String of(String peer) throws IOException, InterruptedException {
    Path sources = POMS.resolve(peer).toAbsolutePath();
    Path kept = KEPT.resolve(peer + ".classpath").toAbsolutePath();
    if (!Files.exists(kept) || newest(sources).compareTo(Files.getLastModifiedTime(kept)) > 0) {
      System.out.println("Resolving the class path of " + peer);
      Path fresh = KEPT.resolve(peer + ".classpath.new").toAbsolutePath();
      new MeasuredProcess(
              List.of(
                  maven(),
                  "-B",
                  "-q",
                  "-f",
                  sources.resolve("pom.xml").toString(),
                  "compile",
                  "dependency:build-classpath",
                  "-Dmdep.outputFile=" + fresh),
              KEPT.resolve(peer + "-maven").toAbsolutePath())
          .run();
      Files.move(fresh, kept, StandardCopyOption.REPLACE_EXISTING);
    }
    return KEPT.resolve(peer).resolve("classes").toAbsolutePath() + ":" + Files.readString(kept);
  }

  private static FileTime newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      FileTime newest = FileTime.fromMillis(0);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        FileTime changed = Files.getLastModifiedTime(file);
        newest = changed.compareTo(newest) > 0 ? changed : newest;
      }
      return newest;
    }
  }

  /** Returns the Maven command that runs this process, or {@code mvn} if it is unknown. */
  private static String maven() {
    return Stream.of(System.getProperty("maven.home"), System.getenv("MAVEN_HOME"))
        .filter(home -> home != null)
        .map(home -> Path.of(home, "bin", "mvn"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("mvn");
  }
}
