package io.ringhaul.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.RequestListener;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BatchFailedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests of a writer as observations in an application's registry. */
@ClusterTest
class BatchWriterObservationIT {

  private static PreparedStatement insert;
  private static PreparedStatement add;

  /** Keeps the contexts of observations that have ended. */
  private static final class Recorder implements ObservationHandler<Observation.Context> {

    private final AtomicInteger started = new AtomicInteger();
    private final List<Observation.Context> ended = new CopyOnWriteArrayList<>();

    @Override
    public boolean supportsContext(Observation.Context context) {
      return true;
    }

    @Override
    public void onStart(Observation.Context context) {
      started.incrementAndGet();
    }

    @Override
    public void onStop(Observation.Context context) {
      ended.add(context);
    }
  }

  private final CqlSession session = TestCluster.session();
  private final Recorder recorder = new Recorder();
  private final ObservationRegistry registry = ObservationRegistry.create();

  @BeforeAll
  static void prepare() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (p text, c int, v text, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".n (p int PRIMARY KEY, n counter)"));
    CqlSession session = TestCluster.session();
    insert = session.prepare("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)");
    add = session.prepare("UPDATE " + keyspace + ".n SET n = n + 1 WHERE p = ?");
  }

  @BeforeEach
  void listen() {
    registry.observationConfig().observationHandler(recorder);
  }

  @Test
  void observesEachRequest() {
    try (BatchWriter writer =
        writer(new BatchWriterObservation(registry, KeyValues.of("writer", "orders")))) {
      execute(writer, BatchType.LOGGED, List.of(row("1", 1), row("2", 1), row("3", 1)));
      execute(writer, BatchType.UNLOGGED, List.of(row("4", 1)));
      IntStream.range(0, 5).forEach(c -> writer.add(row("p", c)));
      IntStream.range(0, 3).forEach(i -> writer.add(add.bind(1)));
      writer.flush();
      assertThat(recorder.ended)
          .extracting(BatchWriterObservationIT::text)
          .containsExactlyInAnyOrder(
              "logged batch: logged acknowledged 3 24",
              "single statement: single acknowledged 1 8",
              "unlogged batch: unlogged acknowledged 5 40",
              "counter batch: counter acknowledged 3 12");
    }
    assertThat(recorder.started).hasValue(4);
    assertThat(recorder.ended)
        .allSatisfy(
            context -> {
              assertThat(context.getName()).isEqualTo("ringhaul.batch.request");
              assertThat(context.getLowCardinalityKeyValues().stream().map(KeyValue::getKey))
                  .containsExactlyInAnyOrder("writer", "ringhaul.type", "ringhaul.outcome");
              assertThat(context.getError()).isNull();
              assertThat(context.getParentObservation()).isNull();
            });
    assertThat(registry.getCurrentObservation()).isNull();
  }

  @Test
  void observesAFailure() {
    try (BatchWriter writer = writer(new BatchWriterObservation(registry, KeyValues.empty()))) {
      List<BoundStatement> invalid = List.of(row("", 1));
      assertThatThrownBy(() -> execute(writer, BatchType.UNLOGGED, invalid))
          .isInstanceOf(BatchFailedException.class);
    }
    assertThat(recorder.ended)
        .singleElement()
        .satisfies(
            context -> {
              assertThat(text(context)).isEqualTo("single statement: single failed 1 7");
              assertThat(context.getError()).isInstanceOf(InvalidQueryException.class);
            });
  }

  @Test
  void takesTheObservationOfTheSendingThreadAsItsParent() {
    Observation order = Observation.createNotStarted("order", registry);
    try (BatchWriter writer = writer(new BatchWriterObservation(registry, KeyValues.empty()))) {
      order.observe(
          () -> {
            execute(writer, BatchType.LOGGED, List.of(row("1", 1), row("2", 1)));
            writer.add(row("p", 1));
            writer.flush();
          });
    }
    assertThat(recorder.ended)
        .filteredOn(context -> !"order".equals(context.getName()))
        .hasSize(2)
        .allSatisfy(context -> assertThat(context.getParentObservation()).isSameAs(order));
  }

  @Test
  void continuesAfterAnExceptionOfTheListener() {
    RequestListener failsAtTheStart =
        (type, statements, bytes) -> {
          throw new IllegalStateException("start");
        };
    RequestListener failsAtTheEnd =
        (type, statements, bytes) ->
            failure -> {
              throw new IllegalStateException("end");
            };
    for (RequestListener listener : List.of(failsAtTheStart, failsAtTheEnd)) {
      try (BatchWriter writer = writer(listener)) {
        execute(writer, BatchType.LOGGED, List.of(row("1", 1), row("2", 1)));
        writer.add(row("p", 1));
        writer.flush();
        assertThat(writer.metrics().operations()).isEqualTo(3);
        assertThat(writer.metrics().failures()).isEmpty();
      }
    }
  }

  private BatchWriter writer(RequestListener listener) {
    return BatchWriter.builder(session)
        .limits(new BatchLimits(5, 1 << 20, 1_000))
        .maxAge(Duration.ZERO)
        .onRequest(listener)
        .build();
  }

  private static void execute(BatchWriter writer, BatchType type, List<BoundStatement> statements) {
    writer.execute(statements.stream().map(Operation::of).toList(), type);
  }

  private static BoundStatement row(String partition, int clustering) {
    return insert.bind(partition, clustering, "abc");
  }

  /** The contextual name, and then type, outcome, statements and bytes. */
  private static String text(Observation.Context context) {
    return context.getContextualName()
        + ": "
        + String.join(
            " ",
            Stream.of("type", "outcome", "statements", "bytes")
                .map(key -> keyValue(context, "ringhaul." + key))
                .toList());
  }

  private static String keyValue(Observation.Context context, String key) {
    return context.getAllKeyValues().stream()
        .filter(each -> each.getKey().equals(key))
        .findFirst()
        .orElseThrow()
        .getValue();
  }
}
