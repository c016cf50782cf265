package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Cassandra's jars: they need other versions of the libraries that Ringhaul uses. */
final class CassandraClassPath {

  private static final String ARTIFACT =
      "org.apache.cassandra:cassandra-all:" + SandboxCluster.CASSANDRA_VERSION;

  private CassandraClassPath() {}

  /**
   * Resolves the jars, in class path order.
   *
   * @param progress is told once if something has to be fetched
   * @throws BulkOperationException if a jar is neither at hand nor to be had
   */
  static List<Path> resolve(Consumer<String> progress) {
    return MavenClassPath.resolve(
        "Cassandra",
        List.of(ARTIFACT),
        () ->
            progress.accept(
                "Fetching Cassandra "
                    + SandboxCluster.CASSANDRA_VERSION
                    + " (69 MB, first time only)"));
  }
}
