package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes leave and return while tables are read and written. If other replicas hold the rows,
 * operations succeed. Otherwise the failure names the missing token ranges, and a resumed job reads
 * them when the node is back.
 */
class NodeLossFaults {

  /** Few attempts and a short time-out, so that a run does not wait long for a stopped node. */
  private static final String[] SHORT_WAITS = {
    "--tasks", "24", "--parallelism", "8", "--max-attempts", "2"
  };

  private static final Pattern NAMED_RANGE =
      Pattern.compile("^  \\((-?\\d+), (-?\\d+)]: ", Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void operationsSurviveOrNameUnavailableNodes() throws Exception {
    try (SandboxCluster cluster = Clusters.start(3);
        CqlSession session = Clusters.connect(cluster);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
        FaultBench alone = bench(cluster, session, 1);
        FaultBench together = bench(cluster, session, 3);
        SteadyTraffic traffic = new SteadyTraffic(together, operator)) {
      Loss loss = loss(alone, session, cluster.node(2));
      Work exported = alone.newExport(Shape.ICEBERG);
      Work imported = alone.newImport(Shape.ICEBERG);
      KilledJob export = alone.job(exported);
      KilledJob importing = alone.job(imported);
      traffic.start();

      requireAnotherCoordinator(operator, together, cluster.node(2));
      try (Child first = export.start(SHORT_WAITS);
          Child second = importing.start(SHORT_WAITS)) {
        requireCounted(operator, alone, loss);
        requireNamed(first.await().requireExit(3), loss);
        second.await().requireExit(1);
      }
      requireKept(alone, export, loss);
      assertThat(importing.stored().status()).isEqualTo(JobStatus.FAILED);
      requireNothingLeft(operator, alone, loss);

      cluster.node(2).start();
      export.finish();
      exported.assertExact(export.id());
      importing.finish();
      imported.assertExact(importing.id());

      cluster.node(3).stop();
      cluster.node(3).start();
      traffic.end();
    }
  }

  /** Kills the node while it coordinates page reads at consistency level ONE. */
  private static void requireAnotherCoordinator(
      TokenAwareBulkOperator operator, FaultBench bench, SandboxNode node) throws IOException {
    Work.Export work = bench.newExport(Shape.CSV);
    AtomicBoolean killed = new AtomicBoolean();
    operator
        .export(bench.table().keyspace(), "source")
        .to(CsvTarget.folder(Shape.location(work.folder())))
        .consistency(DefaultConsistencyLevel.ONE)
        .requestTimeout(Duration.ofSeconds(5))
        .pageSize(10)
        .maxRowsPerSecond(bench.table().rows() / 2)
        .onProgress(
            progress -> {
              if (progress.rows() > 0 && killed.compareAndSet(false, true)) {
                assertThat(progress.rows()).isLessThan(bench.table().rows());
                node.kill();
              }
            })
        .execute();
    assertThat(killed).isTrue();
    work.assertExact(new UUID(0, 0));
  }

  /**
   * The data that becomes unavailable with a node.
   *
   * @param livingRows the number of rows on other nodes
   */
  private record Loss(TokenRangeSet tokens, long livingRows) {}

  private static Loss loss(FaultBench bench, CqlSession session, SandboxNode node) {
    String keyspace = bench.table().keyspace();
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    Node dead = session.getMetadata().findNode(node.address()).orElseThrow();
    List<com.datastax.oss.driver.api.core.metadata.token.TokenRange> lost =
        List.copyOf(ring.getTokenRanges(keyspace, dead));
    long living = 0;
    for (Row row : session.execute("SELECT token(pk) FROM " + keyspace + ".source")) {
      Token token = Objects.requireNonNull(row.getToken(0));
      if (lost.stream().noneMatch(range -> range.contains(token))) {
        living++;
      }
    }
    assertThat(living).isBetween(1L, bench.table().rows() - 1L);
    return new Loss(Clusters.tokens(ring, lost), living);
  }

  private static void requireCounted(TokenAwareBulkOperator operator, FaultBench bench, Loss loss) {
    IncompleteOperationException counting =
        catchThrowableOfType(
            IncompleteOperationException.class,
            () ->
                operator
                    .count(bench.table().keyspace(), "source")
                    .maxAttempts(2)
                    .requestTimeout(Duration.ofSeconds(5))
                    .execute());
    assertThat(Clusters.failed(counting)).isEqualTo(loss.tokens());
    assertThat(counting.partialResult().orElseThrow().rows()).isEqualTo(loss.livingRows());
  }

  /** Checks that the command prints each failed range on a line of its own. */
  private static void requireNamed(Child.Ended ended, Loss loss) {
    List<TokenRange> named =
        NAMED_RANGE
            .matcher(ended.err())
            .results()
            .map(
                range ->
                    new TokenRange(Long.parseLong(range.group(1)), Long.parseLong(range.group(2))))
            .toList();
    assertThat(TokenRangeSet.of(named)).as(ended.err()).isEqualTo(loss.tokens());
  }

  /** Checks that the ranges on the other nodes are stored as done and are not read again. */
  private static void requireKept(FaultBench bench, KilledJob export, Loss loss) {
    assertThat(export.stored().status()).isEqualTo(JobStatus.FAILED);
    assertThat(export.stored().figures().rows()).isEqualTo(loss.livingRows());
    List<JobPartition> partitions = bench.store().partitions(export.id());
    assertThat(Clusters.tokens(partitions, PartitionStatus.FAILED)).isEqualTo(loss.tokens());
    assertThat(Clusters.tokens(partitions, PartitionStatus.DONE))
        .isEqualTo(TokenRangeSet.wholeRing().subtract(loss.tokens()));
  }

  /** Checks that an export without a job store deletes its files after a failure. */
  private void requireNothingLeft(TokenAwareBulkOperator operator, FaultBench bench, Loss loss)
      throws IOException {
    Path warehouse = folder.resolve("unfinished");
    IncompleteOperationException exporting =
        catchThrowableOfType(
            IncompleteOperationException.class,
            () ->
                operator
                    .export(bench.table().keyspace(), "source")
                    .to(IcebergTarget.warehouse(warehouse))
                    .maxAttempts(2)
                    .requestTimeout(Duration.ofSeconds(5))
                    .execute());
    assertThat(Clusters.failed(exporting)).isEqualTo(loss.tokens());
    try (Stream<Path> files = Files.walk(warehouse)) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet"))).isEmpty();
    }
  }

  private FaultBench bench(SandboxCluster cluster, CqlSession session, int replicationFactor)
      throws IOException {
    String keyspace = Clusters.keyspace(session, replicationFactor);
    return FaultBench.in(
        Files.createDirectory(folder.resolve(keyspace)),
        session,
        cluster.node(1).address(),
        keyspace);
  }
}
