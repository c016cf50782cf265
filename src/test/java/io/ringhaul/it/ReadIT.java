package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ReadRequest;
import io.ringhaul.ReadResult;
import io.ringhaul.RowIterator;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.testng.SkipException;

/** Application code reads each row once through each of the three APIs. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadIT {

  private static final int ROWS = 20_000;
  private static final Duration SOON = Duration.ofSeconds(30);

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY, v text)",
            "CREATE TABLE " + keyspace + ".empty (k int PRIMARY KEY, v text)",
            "CREATE TABLE " + keyspace + ".copy (k int PRIMARY KEY, v text)"));
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (k, v) VALUES (?, ?)",
        ROWS,
        k -> new Object[] {k, "v" + k});
  }

  @AfterAll
  void close() {
    operator.close();
  }

  private ReadRequest read() {
    return operator.read(keyspace, "t");
  }

  private static Set<Integer> all() {
    return IntStream.range(0, ROWS).boxed().collect(Collectors.toSet());
  }

  @Test
  void consumerReceivesEachRowOnce() {
    Set<Integer> keys = ConcurrentHashMap.newKeySet();
    AtomicInteger twice = new AtomicInteger();
    ReadResult result =
        read()
            .forEach(
                row -> {
                  assertThat(row.getString("v")).isEqualTo("v" + row.getInt("k"));
                  if (!keys.add(row.getInt("k"))) {
                    twice.incrementAndGet();
                  }
                });
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.rangesDone()).isEqualTo(result.rangesPlanned());
    assertThat(keys).isEqualTo(all());
    assertThat(twice).hasValue(0);
  }

  @Test
  void consumerFailureStopsRead() {
    IllegalStateException thrown = new IllegalStateException("enough");
    assertThatThrownBy(
            () ->
                read()
                    .forEach(
                        row -> {
                          throw thrown;
                        }))
        .isInstanceOf(BulkOperationException.class)
        .hasRootCause(thrown);
    assertThatThrownBy(() -> read().execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("forEach");
  }

  @Test
  void readsInTheBackgroundAndAsAStream() throws Exception {
    Set<Integer> keys = ConcurrentHashMap.newKeySet();
    assertThat(read().forEachAsync(row -> keys.add(row.getInt("k"))).get().rows()).isEqualTo(ROWS);
    assertThat(keys).isEqualTo(all());
    try (Stream<Row> rows = read().columns(CqlIdentifier.fromCql("k")).stream()) {
      assertThat(rows.map(row -> row.getInt(0)).collect(Collectors.toSet())).isEqualTo(all());
    }
    assertThatThrownBy(() -> read().executeAsync())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("forEachAsync(...)");
  }

  @Test
  void runsOnAnExecutorOfTheApplication() {
    Set<String> names = ConcurrentHashMap.newKeySet();
    ExecutorService executor = Executors.newCachedThreadPool(task -> new Thread(task, "own"));
    try {
      try (TokenAwareBulkOperator own =
          TokenAwareBulkOperator.builder(session).executor(executor).build()) {
        own.read(CqlIdentifier.fromInternal(keyspace), CqlIdentifier.fromCql("t"))
            .forEach(row -> names.add(Thread.currentThread().getName()));
      }
      assertThat(names).containsExactly("own");
      assertThat(executor.isShutdown()).isFalse();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void iteratorReturnsEachRowOnce() {
    List<Integer> keys = new ArrayList<>();
    try (RowIterator rows = read().columns("k").pageSize(100).rows()) {
      while (rows.hasNext()) {
        keys.add(rows.next().getInt(0));
      }
      assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(keys).hasSize(ROWS).doesNotHaveDuplicates().containsAll(all());
    try (RowIterator none = operator.read(keyspace, "empty").rows()) {
      assertThat(none.hasNext()).isFalse();
    }
  }

  @Test
  void sampleHasRequestedNumberOfRows() {
    try (RowIterator rows = read().maxRows(1_234).rows()) {
      assertThat(rows.stream().map(row -> row.getInt("k")).distinct().count()).isEqualTo(1_234);
    }
  }

  @Test
  void closeStopsRead() {
    RowIterator rows = read().pageSize(10).rows();
    assertThat(rows.next()).isNotNull();
    rows.close();
    assertThatThrownBy(
            () -> {
              while (rows.hasNext()) {
                rows.next();
              }
            })
        .isInstanceOf(BulkOperationException.class)
        .hasMessage("The rows were closed");
  }

  @Test
  void readFailureReachesCaller() {
    try (RowIterator rows = operator.read(keyspace, "nosuch").rows()) {
      assertThatThrownBy(rows::hasNext)
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessageContaining("nosuch");
    }
  }

  @Test
  void publisherSendsOnlyRequestedRows() throws InterruptedException {
    Counting rows = new Counting();
    read().pageSize(50).publisher().subscribe(rows);
    rows.ask(7);
    rows.awaitRows(7);
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(rows.received).hasValue(7);
    rows.ask(1_000);
    rows.awaitRows(1_007);
    TimeUnit.MILLISECONDS.sleep(100);
    assertThat(rows.received).hasValue(1_007);
    rows.ask(Long.MAX_VALUE);
    assertThat(rows.ended.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(rows.received).hasValue(ROWS);
    assertThat(rows.failure).isNull();
  }

  @Test
  void cancelledSubscriberReceivesNoMoreRows() throws InterruptedException {
    Counting rows = new Counting();
    read().pageSize(50).publisher().subscribe(rows);
    rows.ask(100);
    rows.awaitRows(100);
    rows.cancel();
    rows.ask(100);
    assertThat(rows.ended.await(200, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(rows.received).hasValue(100);
  }

  @Test
  void rejectsNonPositiveDemand() throws InterruptedException {
    Counting rows = new Counting();
    read().publisher().subscribe(rows);
    rows.ask(0);
    assertThat(rows.ended.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(rows.failure).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cancelsSubscriberThatThrows() throws InterruptedException {
    Counting rows =
        new Counting() {
          @Override
          public void onNext(Row row) {
            super.onNext(row);
            throw new IllegalStateException("a subscriber that throws on purpose");
          }
        };
    read().publisher().subscribe(rows);
    rows.ask(10);
    rows.awaitRows(1);
    assertThat(rows.ended.await(200, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(rows.received).hasValue(1);
  }

  @Test
  void readStreamFeedsWriteStream() throws InterruptedException {
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".copy (k, v) VALUES (?, ?)");
    try (BatchWriter writer = BatchWriter.over(session);
        SubmissionPublisher<BoundStatement> statements = new SubmissionPublisher<>()) {
      Thread reader =
          new Thread(
              () -> {
                try (RowIterator rows = read().maxRows(2_000).rows()) {
                  while (statements.getNumberOfSubscribers() == 0) {
                    Thread.onSpinWait();
                  }
                  rows.forEachRemaining(
                      row -> statements.submit(insert.bind(row.getInt("k"), row.getString("v"))));
                }
                statements.close();
              });
      reader.start();
      assertThat(writer.writeAll(statements)).isEqualTo(2_000);
    }
    assertThat(operator.count(keyspace, "copy").execute().rows()).isEqualTo(2_000);
  }

  @Test
  void publisherPassesReactiveStreamsRules() throws Exception {
    RowPublisherRules rules = new RowPublisherRules(operator, keyspace);
    SoftAssertions broken = new SoftAssertions();
    int kept = 0;
    for (Method rule : RowPublisherRules.class.getMethods()) {
      // These rules repeat random attempts or wait for the full time-out; the tests above cover
      // them.
      if (!rule.isAnnotationPresent(org.testng.annotations.Test.class)
          || rule.getName().startsWith("stochastic")
          || rule.getName().contains("spec309_request")) {
        continue;
      }
      rules.setUp();
      try {
        rule.invoke(rules);
        kept++;
      } catch (InvocationTargetException e) {
        if (!(e.getCause() instanceof SkipException)) {
          broken.fail(rule.getName(), e.getCause());
        }
      }
    }
    broken.assertAll();
    assertThat(kept).isGreaterThanOrEqualTo(18);
  }

  /** Counts the received rows. */
  private static class Counting implements Flow.Subscriber<Row> {

    final AtomicInteger received = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private final AtomicInteger sending = new AtomicInteger();
    volatile Flow.@Nullable Subscription subscription;
    volatile @Nullable Throwable failure;

    @Override
    public void onSubscribe(Flow.Subscription opened) {
      subscription = opened;
      subscribed.countDown();
    }

    @Override
    public void onNext(Row row) {
      if (sending.incrementAndGet() != 1) {
        failure = new AssertionError("onNext was called concurrently");
      }
      received.incrementAndGet();
      sending.decrementAndGet();
    }

    @Override
    public void onError(Throwable thrown) {
      failure = thrown;
      ended.countDown();
    }

    @Override
    public void onComplete() {
      ended.countDown();
    }

    void ask(long rows) throws InterruptedException {
      subscribed.await();
      Flow.Subscription open = subscription;
      if (open != null) {
        open.request(rows);
      }
    }

    void cancel() {
      Flow.Subscription open = subscription;
      if (open != null) {
        open.cancel();
      }
    }

    void awaitRows(int rows) throws InterruptedException {
      long deadline = System.nanoTime() + SOON.toNanos();
      while (received.get() < rows && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertThat(received).hasValue(rows);
    }
  }
}
