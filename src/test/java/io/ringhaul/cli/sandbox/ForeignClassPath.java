package io.ringhaul.cli.sandbox;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;

/** The jars of other programs, for tests that run them beside Ringhaul. */
public final class ForeignClassPath {

  private ForeignClassPath() {}

  /** The jars of the artifacts and their runtime dependencies, in class path order. */
  public static List<Path> of(String program, String... artifacts) {
    return MavenClassPath.resolve(program, List.of(artifacts), () -> {});
  }

  /** The jar of one artifact that contains its dependencies. */
  public static Path jar(String artifact) throws ArtifactResolutionException {
    try (Context maven =
        Runtimes.INSTANCE
            .getRuntime()
            .create(ContextOverrides.create().withUserSettings(true).build())) {
      ArtifactRequest wanted =
          new ArtifactRequest(new DefaultArtifact(artifact), maven.remoteRepositories(), "");
      return maven
          .repositorySystem()
          .resolveArtifact(maven.repositorySystemSession(), wanted)
          .getArtifact()
          .getFile()
          .toPath();
    }
  }
}
