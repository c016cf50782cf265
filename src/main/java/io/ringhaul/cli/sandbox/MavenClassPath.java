package io.ringhaul.cli.sandbox;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import io.ringhaul.exceptions.BulkOperationException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.filter.DependencyFilterUtils;

/**
 * The jars of a program that cannot share a class path with Ringhaul. They come from Maven's local
 * repository, or on first use from the repositories in the user's Maven settings.
 *
 * <p>The result is not cached, because resolving local jars takes only half a second.
 */
final class MavenClassPath {

  private MavenClassPath() {}

  /**
   * Resolves the jars, in class path order. The user's {@code settings.xml} (mirrors, proxies,
   * offline, local repository) and the system property {@code maven.repo.local} apply.
   *
   * @param program the program's display name
   * @param artifacts {@code groupId:artifactId:version}, resolved with their runtime dependencies
   * @param onDownload called once if a download is necessary
   * @throws BulkOperationException if a jar is neither available locally nor downloadable
   */
  static List<Path> resolve(String program, List<String> artifacts, Runnable onDownload) {
    ContextOverrides overrides =
        ContextOverrides.create()
            .withUserSettings(true)
            .transferListener(new FirstTransfer(onDownload))
            .build();
    try (Context maven = Runtimes.INSTANCE.getRuntime().create(overrides)) {
      CollectRequest wanted =
          new CollectRequest(dependencies(artifacts), List.of(), maven.remoteRepositories());
      DependencyRequest request =
          new DependencyRequest(wanted, DependencyFilterUtils.classpathFilter(JavaScopes.RUNTIME));
      return maven
          .repositorySystem()
          .resolveDependencies(maven.repositorySystemSession(), request)
          .getArtifactResults()
          .stream()
          .map(result -> result.getArtifact().getFile().toPath())
          .toList();
    } catch (DependencyResolutionException e) {
      throw new BulkOperationException(
          program
              + " ("
              + String.join(", ", artifacts)
              + ") could not be resolved: "
              + reason(e)
              + ". Check the network, and the mirrors and proxies in Maven's settings.xml.",
          e);
    } catch (IllegalStateException | IllegalArgumentException e) {
      // The class path has no Maven runtime, or the settings cannot be parsed.
      throw new BulkOperationException(
          "Maven's resolver could not be started: " + reason(e) + ". Check Maven's settings.xml.",
          e);
    }
  }

  private static List<Dependency> dependencies(List<String> artifacts) {
    return artifacts.stream()
        .map(artifact -> new Dependency(new DefaultArtifact(artifact), JavaScopes.RUNTIME))
        .toList();
  }

  /** The message of the innermost cause; the outer messages only say that something failed. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause().getMessage() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).strip();
  }

  /** Calls back when the first jar is downloaded, and only then. */
  private static final class FirstTransfer extends AbstractTransferListener {

    private final Runnable onDownload;
    private final AtomicBoolean told = new AtomicBoolean();

    FirstTransfer(Runnable onDownload) {
      this.onDownload = onDownload;
    }

    @Override
    public void transferInitiated(TransferEvent event) {
      boolean download = event.getRequestType() != TransferEvent.RequestType.PUT;
      if (download && told.compareAndSet(false, true)) {
        onDownload.run();
      }
    }
  }
}
