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
 * The jars of a program that cannot share a class path with Ringhaul, from Maven's local repository
 * or, the first time, from the repositories that the user's Maven settings name.
 *
 * <p>There is no cache of the answer on purpose: with the jars at hand it takes half a second.
 */
final class MavenClassPath {

  private MavenClassPath() {}

  /**
   * Resolves the jars, in class path order. The user's {@code settings.xml} (mirrors, proxies,
   * offline, local repository) and the system property {@code maven.repo.local} hold.
   *
   * @param program what the jars are, for people
   * @param artifacts {@code groupId:artifactId:version}, each with what it needs at run time
   * @param onDownload is told once if something has to be fetched
   * @throws BulkOperationException if a jar is neither at hand nor to be had
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
      // No runtime on the class path, or settings that do not parse.
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

  /** The innermost cause: those around it say no more than that something failed. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause().getMessage() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).strip();
  }

  /** Says that a download is under way when the first jar is asked for, and only then. */
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
