package io.ringhaul.it;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.io.File;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositoryException;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.installation.InstallRequest;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.LocalRepositoryManager;
import org.eclipse.aether.repository.WorkspaceReader;
import org.eclipse.aether.repository.WorkspaceRepository;
import org.eclipse.aether.resolution.ArtifactDescriptorRequest;
import org.eclipse.aether.resolution.ArtifactDescriptorResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.util.artifact.SubArtifact;
import org.eclipse.aether.util.filter.DependencyFilterUtils;
import org.eclipse.aether.util.graph.transformer.ChainedDependencyGraphTransformer;
import org.eclipse.aether.util.graph.transformer.ConflictResolver;
import org.eclipse.aether.util.graph.transformer.JavaDependencyContextRefiner;
import org.eclipse.aether.util.graph.transformer.JavaScopeDeriver;
import org.eclipse.aether.util.graph.transformer.JavaScopeSelector;
import org.eclipse.aether.util.graph.transformer.SimpleOptionalitySelector;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the dependencies of a project with its own POM, with Maven's resolver. The artifacts of
 * {@link #install} come only from an isolated local repository; other jars come from the machine's
 * repository or are downloaded into it.
 */
final class ConsumerBuild implements AutoCloseable {

  /** The rule by which a build selects one of several versions of a module. */
  enum Conflicts {
    /** Maven's rule: the version with the shortest path, and the first of several. */
    NEAREST,
    /** Gradle's rule: the highest version. Gradle module metadata is not considered. */
    HIGHEST
  }

  private final Context maven;
  private final RepositorySystem system;
  private final DefaultRepositorySystemSession session;
  private final DefaultRepositorySystemSession isolated;

  ConsumerBuild(Path repository) {
    maven =
        Runtimes.INSTANCE
            .getRuntime()
            .create(ContextOverrides.create().withUserSettings(true).build());
    system = maven.repositorySystem();
    session = new DefaultRepositorySystemSession(maven.repositorySystemSession());
    isolated = new DefaultRepositorySystemSession(session);
    LocalRepositoryManager installed =
        system.newLocalRepositoryManager(isolated, new LocalRepository(repository.toFile()));
    isolated.setLocalRepositoryManager(installed);
    session.setWorkspaceReader(new Installed(installed));
    // The resolver's other collector drops candidates that cannot be the nearest.
    session.setConfigProperty("aether.dependencyCollector.impl", "df");
  }

  /** Installs a POM and its jar, if any. */
  Artifact install(String coordinates, Path pom, Path... jars) throws RepositoryException {
    Artifact main = new DefaultArtifact(coordinates);
    Artifact model = new SubArtifact(main, "", "pom").setFile(pom.toFile());
    InstallRequest request = new InstallRequest().addArtifact(model);
    for (Path jar : jars) {
      request.addArtifact(main.setFile(jar.toFile()));
    }
    system.install(isolated, request);
    return model;
  }

  /**
   * Returns the jars of a project in class path order.
   *
   * @param scope {@code compile} or {@code runtime}
   */
  List<Path> classPath(Artifact project, Conflicts conflicts, String scope)
      throws RepositoryException {
    DefaultRepositorySystemSession resolving = new DefaultRepositorySystemSession(session);
    if (conflicts == Conflicts.HIGHEST) {
      resolving.setDependencyGraphTransformer(
          new ChainedDependencyGraphTransformer(
              new ConflictResolver(
                  new HighestVersion(),
                  new JavaScopeSelector(),
                  new SimpleOptionalitySelector(),
                  new JavaScopeDeriver()),
              new JavaDependencyContextRefiner()));
    }
    ArtifactDescriptorResult model =
        system.readArtifactDescriptor(
            resolving,
            new ArtifactDescriptorRequest(project, maven.remoteRepositories(), "consumer"));
    CollectRequest wanted =
        new CollectRequest(
            model.getDependencies(), model.getManagedDependencies(), maven.remoteRepositories());
    return system
        .resolveDependencies(
            resolving, new DependencyRequest(wanted, DependencyFilterUtils.classpathFilter(scope)))
        .getArtifactResults()
        .stream()
        .map(result -> result.getArtifact().getFile().toPath())
        .toList();
  }

  @Override
  public void close() {
    maven.close();
  }

  /** Resolves only the installed artifacts. */
  private record Installed(LocalRepositoryManager manager) implements WorkspaceReader {

    @Override
    public WorkspaceRepository getRepository() {
      return new WorkspaceRepository("installed", manager.getRepository().getBasedir());
    }

    @Override
    public @Nullable File findArtifact(Artifact artifact) {
      File file =
          new File(manager.getRepository().getBasedir(), manager.getPathForLocalArtifact(artifact));
      return file.isFile() ? file : null;
    }

    @Override
    public List<String> findVersions(Artifact artifact) {
      return findArtifact(artifact) == null ? List.of() : List.of(artifact.getVersion());
    }
  }

  /** Selects the highest version, at its nearest position. */
  private static final class HighestVersion extends ConflictResolver.VersionSelector {
    @Override
    public void selectVersion(ConflictResolver.ConflictContext context) {
      context.setWinner(
          context.getItems().stream()
              .max(
                  Comparator.comparing(
                          (ConflictResolver.ConflictItem item) -> item.getNode().getVersion())
                      .thenComparing(
                          ConflictResolver.ConflictItem::getDepth, Comparator.reverseOrder()))
              .orElseThrow());
    }
  }
}
