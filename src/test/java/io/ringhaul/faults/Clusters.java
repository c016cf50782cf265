package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxClusterBuilder;
import io.ringhaul.cluster.TestTimes;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Creates clusters whose nodes a test stops, and converts failures and partitions to token ranges.
 */
public final class Clusters {

  private Clusters() {}

  /** Starts a small cluster for one test, separate from the shared cluster. */
  public static SandboxCluster start(int nodes) {
    return TestTimes.start(nodes + " nodes to stop", describe(nodes));
  }

  /** Returns the builder of {@link #start(int)} for additional settings. */
  static SandboxClusterBuilder describe(int nodes) {
    return SandboxCluster.builder()
        .nodes(nodes)
        .vnodes(8)
        .heapMegabytes(512)
        .port(9442)
        .storagePort(7444)
        .jmxPort(7544);
  }

  /** Opens a session with time-outs for a busy machine. */
  public static CqlSession connect(SandboxCluster cluster) {
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(cluster.localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .build())
        .build();
  }

  /** Creates a keyspace and returns its name. */
  public static String keyspace(CqlSession session, int replicationFactor) {
    String name = "rf" + replicationFactor;
    session.execute(
        String.format(
            "CREATE KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', '%s': %d}",
            name, "dc1", replicationFactor));
    return name;
  }

  static TokenRangeSet tokens(
      TokenMap ring,
      Collection<com.datastax.oss.driver.api.core.metadata.token.TokenRange> ranges) {
    return TokenRangeSet.of(
        ranges.stream()
            .map(
                range ->
                    new TokenRange(
                        Long.parseLong(ring.format(range.getStart())),
                        Long.parseLong(ring.format(range.getEnd()))))
            .toList());
  }

  static TokenRangeSet failed(IncompleteOperationException failure) {
    return TokenRangeSet.of(
        failure.failedRanges().stream()
            .map(range -> new TokenRange(range.startExclusive(), range.endInclusive()))
            .toList());
  }

  static TokenRangeSet tokens(List<JobPartition> partitions, PartitionStatus status) {
    return TokenRangeSet.of(
        partitions.stream()
            .filter(partition -> partition.status() == status)
            .flatMap(partition -> partition.tokens().stream())
            .toList());
  }
}
