package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRangeSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is down takes its ranges with it where nobody else holds them. */
class IncompleteIT {

  private static final int ROWS = 1_000;

  @TempDir private Path folder;

  @Test
  void whatIsMissingIsExactlyWhatTheDeadNodeHolds() throws IOException {
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .nodes(2)
                .vnodes(8)
                .heapMegabytes(512)
                .port(9142)
                .storagePort(7100)
                .jmxPort(7299)
                .start();
        CqlSession session =
            CqlSession.builder()
                .addContactPoints(cluster.contactPoints())
                .withLocalDatacenter(cluster.localDatacenter())
                .build();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      session.execute(
          "CREATE KEYSPACE one WITH replication ="
              + " {'class': 'SimpleStrategy', 'replication_factor': 1}");
      session.execute("CREATE TABLE one.rows (id int PRIMARY KEY, name text)");
      PreparedStatement insert = session.prepare("INSERT INTO one.rows (id, name) VALUES (?, ?)");
      for (int id = 0; id < ROWS; id++) {
        session.execute(insert.bind(id, "name " + id));
      }
      TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
      Node dead = node(session, cluster.node(2).address());
      List<com.datastax.oss.driver.api.core.metadata.token.TokenRange> lost =
          List.copyOf(ring.getTokenRanges("one", dead));
      long living = 0;
      for (Row row : session.execute("SELECT token(id) FROM one.rows")) {
        Token token = Objects.requireNonNull(row.getToken(0));
        if (lost.stream().noneMatch(range -> range.contains(token))) {
          living++;
        }
      }
      assertThat(living).isBetween(1L, ROWS - 1L);

      cluster.node(2).stop();
      IncompleteOperationException counting =
          catchThrowableOfType(
              IncompleteOperationException.class,
              () ->
                  operator
                      .count("one", "rows")
                      .maxAttempts(2)
                      .requestTimeout(Duration.ofSeconds(5))
                      .run());
      assertThat(failed(counting)).isEqualTo(tokens(ring, lost));
      assertThat(counting.partialResult().orElseThrow().rows()).isEqualTo(living);
      assertThat(ExitCode.of(counting)).isEqualTo(ExitCode.INCOMPLETE);

      IncompleteOperationException exporting =
          catchThrowableOfType(
              IncompleteOperationException.class,
              () ->
                  operator
                      .exportFrom("one", "rows")
                      .to(IcebergTarget.warehouse(folder))
                      .maxAttempts(2)
                      .requestTimeout(Duration.ofSeconds(5))
                      .run());
      assertThat(failed(exporting)).isEqualTo(tokens(ring, lost));
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(file -> file.toString().endsWith(".parquet"))).isEmpty();
      }

      cluster.node(2).start();
      assertThat(operator.count("one", "rows").run().rows()).isEqualTo(ROWS);
      aLostCoordinatorIsReplaced(cluster, session, operator, folder);
    }
  }

  /** Both nodes hold every row; one of them is killed while rows are read through it. */
  private static void aLostCoordinatorIsReplaced(
      SandboxCluster cluster, CqlSession session, TokenAwareBulkOperator operator, Path folder) {
    session.execute(
        "CREATE KEYSPACE two WITH replication ="
            + " {'class': 'SimpleStrategy', 'replication_factor': 2}");
    session.execute("CREATE TABLE two.rows (id int PRIMARY KEY, name text)");
    PreparedStatement insert = session.prepare("INSERT INTO two.rows (id, name) VALUES (?, ?)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          insert.bind(id, "name " + id).setConsistencyLevel(DefaultConsistencyLevel.ALL));
    }
    AtomicBoolean killed = new AtomicBoolean();
    ExportResult exported =
        operator
            .exportFrom("two", "rows")
            .to(CsvTarget.folder(folder.resolve("two")))
            .consistency(DefaultConsistencyLevel.ONE)
            .requestTimeout(Duration.ofSeconds(5))
            .pageSize(1)
            .maxRowsPerSecond(ROWS)
            .onProgress(
                progress -> {
                  if (progress.rows() > 0 && killed.compareAndSet(false, true)) {
                    assertThat(progress.rows()).isLessThan(ROWS);
                    cluster.node(2).kill();
                  }
                })
            .run();
    assertThat(killed).isTrue();
    assertThat(exported.rows()).isEqualTo(ROWS);
    operator
        .importInto("two", "rows")
        .from(CsvSource.at(folder.resolve("two")))
        .consistency(DefaultConsistencyLevel.ONE)
        .run();
    assertThat(operator.count("two", "rows").consistency(DefaultConsistencyLevel.ONE).run().rows())
        .isEqualTo(ROWS);
  }

  private static Node node(CqlSession session, InetSocketAddress address) {
    return session.getMetadata().findNode(address).orElseThrow();
  }

  private static TokenRangeSet failed(IncompleteOperationException failure) {
    return TokenRangeSet.of(
        failure.failedRanges().stream()
            .map(range -> new TokenRange(range.startExclusive(), range.endInclusive()))
            .toList());
  }

  private static TokenRangeSet tokens(
      TokenMap ring, List<com.datastax.oss.driver.api.core.metadata.token.TokenRange> ranges) {
    return TokenRangeSet.of(
        ranges.stream()
            .map(
                range ->
                    new TokenRange(
                        Long.parseLong(ring.format(range.getStart())),
                        Long.parseLong(ring.format(range.getEnd()))))
            .toList());
  }
}
