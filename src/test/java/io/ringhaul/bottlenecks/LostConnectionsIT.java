package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.LinkedAddresses;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.DelayedLink;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.monitor.Health.State;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Progress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job says which nodes it has lost, and continues when it has a connection again. */
@ClusterTest
class LostConnectionsIT {

  private static final int ROWS = 4_000;

  /** Each task waits this long for each row. */
  private static final int DELAY_MILLIS = 20;

  private static final Duration START = Duration.ofSeconds(60);

  /** A loss, and its end, must show within this time. */
  private static final Duration SOON = Duration.ofSeconds(3);

  /** More than the longest pause before a request is sent again, 10 s. */
  private static final Duration NEXT_ATTEMPT = Duration.ofSeconds(25);

  private final List<DelayedLink> links = new ArrayList<>();
  private final List<String> properties = new ArrayList<>();
  private String keyspace = "";

  @BeforeEach
  void insert() throws IOException {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)");
    AsyncWrites.writeRows(
        TestCluster.session(),
        String.format("INSERT INTO %s.t (id, v) VALUES (?, ?)", keyspace),
        ROWS,
        i -> new Object[] {i, "v" + i});
    for (Node each : TestCluster.session().getMetadata().getNodes().values()) {
      InetSocketAddress node = (InetSocketAddress) each.getEndPoint().resolve();
      DelayedLink link = DelayedLink.to(node, 0);
      links.add(link);
      String property = LinkedAddresses.property(node);
      properties.add(property);
      System.setProperty(property, Integer.toString(link.address().getPort()));
    }
  }

  @AfterEach
  void close() throws IOException {
    properties.forEach(System::clearProperty);
    for (DelayedLink link : links) {
      link.close();
    }
  }

  /** A session that reaches every node by its link only. */
  private CqlSession linked() {
    return CqlSession.builder()
        .addContactPoint(links.get(0).address())
        .withLocalDatacenter(TestCluster.get().localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withString(
                    DefaultDriverOption.ADDRESS_TRANSLATOR_CLASS, LinkedAddresses.class.getName())
                .withDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY, Duration.ofMillis(200))
                .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, Duration.ofMillis(500))
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(30))
                .build())
        .build();
  }

  private static Progress await(
      AtomicReference<Progress> latest,
      CompletableFuture<?> job,
      Duration within,
      Predicate<Progress> reached)
      throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (true) {
      Progress progress = latest.get();
      if (progress != null && reached.test(progress)) {
        return progress;
      }
      assertThat(job).as("%s", progress).isNotDone();
      assertThat(System.nanoTime()).as("%s", progress).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static boolean isWithoutNode(Progress progress) {
    return progress.health().text().startsWith("No connection to ");
  }

  private static boolean isRunningWell(Progress progress) {
    return progress.health().state() == State.RUNNING_WELL;
  }

  @Test
  void namesNodesWithoutConnection() throws Exception {
    AtomicReference<Progress> progress = new AtomicReference<>();
    delay(DELAY_MILLIS);
    try (CqlSession session = linked();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<ExportResult> job =
          operator
              .export(keyspace, "t")
              .to(BurdenedTarget.light())
              .pageSize(1)
              .taskCount(4)
              .skipPreflight()
              .onProgress(progress::set)
              .executeAsync();
      Progress first = await(progress, job, START, each -> each.rows() > 0);
      assertThat(first.health().state()).isEqualTo(State.RUNNING_WELL);

      for (DelayedLink link : links) {
        link.cut();
      }
      Progress lost = await(progress, job, SOON, LostConnectionsIT::isWithoutNode);
      assertThat(lost.health().state()).isEqualTo(State.STALLED);
      for (DelayedLink link : links) {
        assertThat(lost.health().text()).contains("127.0.0.1:" + link.address().getPort());
      }
      assertThat(lost.remaining()).isEmpty();
      assertThat(lost.limitedBy()).map(LimitingFactor::kind).contains(Kind.CLUSTER);

      links.forEach(DelayedLink::restore);
      await(progress, job, SOON, each -> !isWithoutNode(each));
      await(progress, job, NEXT_ATTEMPT, LostConnectionsIT::isRunningWell);
      delay(0);
      assertThat(job).succeedsWithin(START).extracting(ExportResult::rows).isEqualTo((long) ROWS);
    }
  }

  private void delay(int millis) {
    links.forEach(link -> link.delay(millis));
  }
}
