package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.TableComparison;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes come and go while tables are read and written. */
class NodesIT {

  private static final int ROWS = 20_000;
  private static final int CLONES = 6;

  @TempDir private Path folder;

  @Test
  void nodesComeAndGo() throws Exception {
    long t = System.nanoTime();
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .nodes(3)
                .vnodes(8)
                .heapMegabytes(512)
                .port(9442)
                .storagePort(7444)
                .jmxPort(7544)
                .start();
        CqlSession session =
            CqlSession.builder()
                .addContactPoints(cluster.contactPoints())
                .withLocalDatacenter(cluster.localDatacenter())
                .withConfigLoader(com.datastax.oss.driver.api.core.config.DriverConfigLoader.programmaticBuilder().withDuration(com.datastax.oss.driver.api.core.config.DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60)).build())
                .build();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      System.err.println("up " + (System.nanoTime() - t) / 1_000_000);
      session.execute("CREATE KEYSPACE three WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}");
      FaultTable table = new FaultTable(session, "three", ROWS);
      session.execute(table.definition("source"));
      for (int i = 0; i < CLONES; i++) session.execute(table.definition("clone" + i));
      table.insert("source");
      operator.exportFrom("three", "source").to(CsvTarget.folder(folder.resolve("first"))).splitCount(24).run();
      System.err.println("filled " + (System.nanoTime() - t) / 1_000_000);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger exports = new AtomicInteger();
      AtomicInteger imports = new AtomicInteger();
      ExecutorService pool = Executors.newFixedThreadPool(2);
      CompletableFuture<Void> e =
          CompletableFuture.runAsync(
              () -> {
                while (!stop.get()) {
                  int n = exports.getAndIncrement();
                  long t0 = System.nanoTime();
                  var r = operator.exportFrom("three", "source").to(CsvTarget.folder(folder.resolve("e" + n).resolve("out"))).splitCount(24).parallelism(2).pageSize(20).run();
                  System.err.println("export " + n + " " + (System.nanoTime() - t0) / 1_000_000 + " retries " + r.retries());
                }
              },
              pool);
      CompletableFuture<Void> i =
          CompletableFuture.runAsync(
              () -> {
                while (!stop.get() && imports.get() < CLONES) {
                  int n = imports.getAndIncrement();
                  long t0 = System.nanoTime();
                  var r = operator.importInto("three", "clone" + n).from(CsvSource.at(folder.resolve("first"))).parallelism(2).run();
                  System.err.println("import " + n + " " + (System.nanoTime() - t0) / 1_000_000+ " retries " + r.retries());
                }
              },
              pool);
      Thread.sleep(1000);
      cluster.node(2).kill();
      System.err.println("killed " + (System.nanoTime() - t) / 1_000_000);
      Thread.sleep(3000);
      cluster.node(2).start();
      System.err.println("back " + (System.nanoTime() - t) / 1_000_000);
      cluster.node(3).stop();
      System.err.println("stopped " + (System.nanoTime() - t) / 1_000_000);
      cluster.node(3).start();
      System.err.println("back " + (System.nanoTime() - t) / 1_000_000);
      stop.set(true);
      e.join();
      i.join();
      pool.shutdown();
      System.err.println("ended " + (System.nanoTime() - t) / 1_000_000);
      for (int n = 0; n < exports.get(); n++) ExportedRows.assertExact(Shape.CSV, folder.resolve("e" + n), new UUID(0, 0), table);
      for (int n = 0; n < imports.get(); n++) {
        TableComparison.Outcome o = new TableComparison(session).compare("three", "source", "clone" + n);
        assertThat(o.difference()).isEmpty();
        assertThat(o.rows()).isEqualTo(ROWS);
      }
      System.err.println("checked " + (System.nanoTime() - t) / 1_000_000);
    }
  }
}
