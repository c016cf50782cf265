package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.TableCheck;
import io.ringhaul.internal.operation.TableFingerprint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When and how often nodes are asked for the state of a table, and the effect of missing answers.
 */
@ClusterTest
@Topology
class TableCheckIT {

  private static final Duration MOMENT = Duration.ofMillis(1);

  private final String keyspace = TestCluster.newKeyspace(1);

  /** A session that receives no schema events. */
  private final CqlSession session =
      TestCluster.get()
          .newSession(
              config ->
                  config
                      .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofHours(1))
                      .withInt(DefaultDriverOption.METADATA_SCHEMA_MAX_EVENTS, 1_000_000));

  private volatile boolean isSilent;
  private final RecordingSession watch =
      new RecordingSession(
          session,
          statement -> {
            if (isSilent) {
              throw new IllegalStateException("no connection");
            }
          });

  @BeforeEach
  void create() {
    remake();
    session.refreshSchema();
  }

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void asksOneNodeAtCheckpointAndNoneSoonAfter() {
    TableCheck check = check();
    int before = watch.sent().size();
    for (int task = 0; task < 1_000; task++) {
      check.atCheckpoint();
    }
    assertThat(watch.sent()).hasSize(before);

    TableCheck eager = check.with(Duration.ZERO, MOMENT);
    eager.atCheckpoint();
    // The truncation query follows the answer to the table id query.
    await(() -> watch.sent().size() == before + 2);
    assertThat(watch.sent().get(before).getNode())
        .isNotNull()
        .isSameAs(watch.sent().get(before + 1).getNode());
  }

  @Test
  void failsAtTheCheckpointAfterTheAnswer() {
    TableCheck check = check().with(Duration.ZERO, MOMENT);
    int before = watch.sent().size();
    check.atCheckpoint();
    // The answer describes the table at the checkpoint, not between its end and the new one.
    await(() -> watch.sent().size() == before + 2);
    remake();
    await(
        () -> {
          try {
            check.atCheckpoint();
            return false;
          } catch (UnsuitableTableException e) {
            assertThat(e).hasMessageContaining("t was dropped and recreated while it was counted");
            return true;
          }
        });
  }

  @Test
  void failsIfNoNodeAnswersAtTheEnd() {
    TableCheck check = check().with(Duration.ZERO, MOMENT);
    isSilent = true;
    assertThatThrownBy(check::atEnd)
        .isInstanceOf(BulkOperationException.class)
        .hasMessage(
            "No node answered within 0 s whether table "
                + keyspace
                + ".t is still the table that was counted (IllegalStateException: no"
                + " connection); try again when the nodes answer");
    isSilent = false;
    assertThatCode(check::atEnd).doesNotThrowAnyException();
  }

  @Test
  void ignoresNodesThatDidNotAnswerAtStart() {
    isSilent = true;
    TableCheck check = check().with(Duration.ZERO, MOMENT);
    assertThatCode(check::atEnd).doesNotThrowAnyException();
    // The table id known to the driver is compared as soon as a node answers.
    isSilent = false;
    assertThatCode(check::atEnd).doesNotThrowAnyException();
    remake();
    assertThatThrownBy(check::atEnd).hasMessageContaining("t was dropped and recreated");
  }

  @Test
  void startsWithTableIdOfNodes() {
    TestCluster.define(
        List.of(
            "DROP TABLE " + keyspace + ".t",
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, w int)"));
    TableFingerprint fingerprint = fingerprint();
    assertThat(fingerprint.table().column("w")).isPresent();
    assertThatCode(() -> TableCheck.of(fingerprint, "counted", "").atEnd())
        .doesNotThrowAnyException();
  }

  private TableCheck check() {
    return TableCheck.of(fingerprint(), "counted", "Count again");
  }

  private TableFingerprint fingerprint() {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return TableFingerprint.take(
          watch.session(),
          operator.count(keyspace, "t").settings(),
          new TableLookup(session)::readable);
    }
  }

  private void remake() {
    TestCluster.define(
        List.of(
            "DROP TABLE IF EXISTS " + keyspace + ".t",
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)"));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
