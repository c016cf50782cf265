package io.ringhaul.cli.sandbox;

import java.nio.file.Path;
import java.util.List;

/** The jars of other programs, for tests that run them beside Ringhaul. */
public final class ForeignClassPath {

  private ForeignClassPath() {}

  /** The jars of the artifacts and their runtime dependencies, in class path order. */
  public static List<Path> of(String program, String... artifacts) {
    return MavenClassPath.resolve(program, List.of(artifacts), () -> {});
  }
}
