package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BatchWriterBuilder;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.internal.batch.StreamWriter.StreamLimits;
import io.ringhaul.internal.cql.MutationSize;
import io.ringhaul.internal.cql.StatementCatalog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Tests the limits of real nodes and their effect on the writer. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class ServerBatchLimitsIT {

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        Stream.of(
                "limits (p int PRIMARY KEY, v blob)",
                "few (p int PRIMARY KEY, v int)",
                "large (p int PRIMARY KEY, v blob)",
                "parts (p int, c int, v blob, PRIMARY KEY (p, c))",
                "elements (p int PRIMARY KEY, l list<blob>, s set<int>)")
            .map(table -> "CREATE TABLE " + keyspace + "." + table)
            .toList());
  }

  /** Determines the limits by the behaviour of the node, not by its settings. */
  @Test
  @OnCassandra(since = "5.0", feature = "counts the bytes of a mutation as MutationSize does")
  void limitsMatchBehaviourOfNodes() {
    String table = keyspace + ".limits";
    PreparedStatement insert = session.prepare("INSERT INTO " + table + " (p, v) VALUES (?, ?)");
    ServerBatchLimits limits = ServerBatchLimits.read(session);
    assertThat(limits.maxMutationBytes()).isPresent();

    assertThat(warnings(insert, limits.warnBytes())).isEmpty();
    assertThat(warnings(insert, limits.warnBytes() + 1)).hasSize(1);
    assertThat(warnings(insert, limits.failBytes())).hasSize(1);
    assertThatThrownBy(() -> warnings(insert, limits.failBytes() + 1))
        .hasMessageContaining("Batch too large");
    long most = limits.maxMutationBytes().getAsLong();
    session.execute(insert.bind(1, ByteBuffer.allocate((int) most - 1000)));
    // Since 5.0 the default largest request equals the largest mutation.
    assertThatThrownBy(() -> session.execute(insert.bind(1, ByteBuffer.allocate((int) most))))
        .hasMessageContaining("exceeds allowed maximum of " + most);
  }

  private List<String> warnings(PreparedStatement insert, long bytes) {
    int half = (int) bytes / 2;
    BatchStatement batch =
        BatchStatement.newInstance(BatchType.UNLOGGED)
            .add(insert.bind(1, ByteBuffer.allocate(half - ROW_BYTES)))
            .add(insert.bind(2, ByteBuffer.allocate((int) bytes - half - ROW_BYTES)));
    return session.execute(batch).getExecutionInfo().getWarnings();
  }

  /** Two deletions (8 and 13), a static row (8 and 13, empty), a marker (8), a cell (20). */
  private static final int ROW_BYTES = 8 + 21 + 21 + 20;

  @Test
  void usesDefaultsWithoutReadPermission() {
    RecordingSession refusing =
        RecordingSession.failingExecute(
            session,
            () ->
                new UnauthorizedException(
                    session.getMetadata().getNodes().values().iterator().next(),
                    "User x has no SELECT permission on <table system_views.settings>"));
    assertThat(ServerBatchLimits.read(refusing.session())).isEqualTo(ServerBatchLimits.DEFAULT);
    assertThat(refusing.executions()).isEqualTo(1);
  }

  @Test
  void readsLimitsOncePerWriter() throws InterruptedException {
    String table = keyspace + ".few";
    PreparedStatement insert = session.prepare("INSERT INTO " + table + " (p, v) VALUES (?, ?)");
    RecordingSession recording = new RecordingSession(session);
    try (BatchWriter writer = BatchWriter.over(recording.session())) {
      for (int p = 0; p < 100; p++) {
        writer.add(insert.bind(p, p));
      }
    }
    assertThat(recording.executions()).isEqualTo(1);
  }

  @Test
  void doesNotSendOversizedMutation() throws InterruptedException {
    String table = keyspace + ".large";
    PreparedStatement insert = session.prepare("INSERT INTO " + table + " (p, v) VALUES (?, ?)");
    long most = ServerBatchLimits.read(session).maxMutationBytes().getAsLong();
    BatchableStatement<?> large = insert.bind(7, ByteBuffer.allocate((int) most));
    String message =
        String.format(
            "A row for %s, (p = 7), was not sent: its values have %,d bytes, and the cluster"
                + " rejects mutations of more than %,d bytes (max_mutation_size). Leave the row"
                + " out, or ask an administrator to raise max_mutation_size and"
                + " commitlog_segment_size",
            table, most + 4, most);
    List<RowRejectedException> refused = new ArrayList<>();
    WriteOutcome goingOn =
        new WriteOutcome() {
          @Override
          public void written(long bytes) {}

          @Override
          public @Nullable BulkOperationException rejected(RowRejectedException failure) {
            refused.add(failure);
            return null;
          }
        };
    try (StreamWriter writer =
        TestStreams.over(session, TestStreams.requests(8), BatchLimits.DEFAULT)) {
      writer.add(List.of(insert.bind(1, ByteBuffer.allocate(3))), goingOn);
      writer.add(List.of(large), goingOn);
      assertThatThrownBy(() -> writer.write(List.of(large), 1))
          .isInstanceOf(RowRejectedException.class)
          .hasMessage(message);
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(1);
      assertThat(writer.metrics().operations()).isEqualTo(1);
    }
    assertThat(refused).singleElement().satisfies(each -> assertThat(each).hasMessage(message));
    assertThat(session.execute("SELECT p FROM " + table + " WHERE p = 7").all()).isEmpty();
    assertThat(session.execute("SELECT p FROM " + table + " WHERE p = 1").all()).hasSize(1);

    try (BatchWriter unheard = BatchWriter.over(session)) {
      unheard.add(large);
      assertThatThrownBy(unheard::flush)
          .isInstanceOfSatisfying(
              RowsRejectedException.class,
              told ->
                  assertThat(told.rejections())
                      .singleElement()
                      .satisfies(each -> assertThat(each).hasMessage(message)));
    }
  }

  /** Elements take more bytes bound than in the mutation, so the server decides. */
  @Test
  void countsLowerBoundOfCollection() {
    String table = keyspace + ".elements";
    MutationSize sizes = new MutationSize(session);
    PreparedStatement insert =
        session.prepare("INSERT INTO " + table + " (p, l, s) VALUES (?, ?, ?)");
    ByteBuffer list = ByteBuffer.allocate(4 + 4 + 10);
    list.putInt(0, 1).putInt(4, 10);
    ByteBuffer set = ByteBuffer.allocate(4 + 8 + 8);
    set.putInt(0, 2).putInt(4, 4).putInt(12, 4).putInt(16, 1);
    assertThat(
            sizes.lowerBound(
                insert.bind().setInt(0, 1).setBytesUnsafe(1, list).setBytesUnsafe(2, set)))
        .isEqualTo(4 + 10 + 8);
    assertThat(sizes.lowerBound(insert.bind().setInt(0, 1).setToNull(1))).isEqualTo(4);
    OversizedWrites unknown =
        new OversizedWrites(sizes, new StatementCatalog(session), OptionalLong.empty());
    assertThat(
            unknown.refusal(
                new OpenBatches.AddedWrites(
                    List.of(insert.bind(1, null, null)),
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    WriteOutcome.UNHEARD,
                    null)))
        .isNull();
  }

  @Test
  void settingsNeverExceedServerLimits() {
    ServerBatchLimits server = new ServerBatchLimits(10, 5120, 51_200, OptionalLong.of(16 << 20));
    assertThat(limits(BatchLimits.DEFAULT, server).onePartition()).isEqualTo(BatchLimits.DEFAULT);
    assertThat(limits(BatchLimits.DEFAULT, server).sharedBytes()).isEqualTo(5120);
    assertThat(shared(30_000, server).sharedBytes()).isEqualTo(30_000);
    assertThat(shared(1 << 30, server).sharedBytes()).isEqualTo(51_200);
    assertThat(shared(1, server).sharedBytes()).isEqualTo(1);

    StreamLimits large = limits(new BatchLimits(7, Integer.MAX_VALUE, 9), server);
    assertThat(large.onePartition()).isEqualTo(new BatchLimits(7, 8 << 20, 9));
    assertThat(large.sharedBytes()).isEqualTo(5120);
    assertThat(limits(new BatchLimits(7, 300, 9), server).sharedBytes()).isEqualTo(300);
    BatchWriterBuilder small = BatchWriter.builder(session);
    assertThatThrownBy(() -> small.maxSharedBytes(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("maxSharedBytes is 0; it takes 1 or more");
  }

  private static StreamLimits limits(BatchLimits asked, ServerBatchLimits server) {
    return new StreamLimits(asked, OptionalInt.empty(), OptionalInt.empty(), server);
  }

  private static StreamLimits shared(int maxSharedBytes, ServerBatchLimits server) {
    return new StreamLimits(
        BatchLimits.DEFAULT, OptionalInt.of(maxSharedBytes), OptionalInt.empty(), server);
  }

  /** A batch of one partition never exceeds a mutation, regardless of the limits. */
  @Test
  void singlePartitionBatchFitsIntoMutation() throws InterruptedException {
    String table = keyspace + ".parts";
    PreparedStatement insert =
        session.prepare("INSERT INTO " + table + " (p, c, v) VALUES (?, ?, ?)");
    long half = ServerBatchLimits.read(session).onePartitionBytes();
    int bytes = (int) (half / 4) - 100;
    RecordingSession requests = new RecordingSession(session);
    try (BatchWriter writer =
        BatchWriter.builder(requests.session())
            .limits(new BatchLimits(100, Integer.MAX_VALUE, 1000))
            .build()) {
      for (int c = 0; c < 9; c++) {
        writer.add(insert.bind(1, c, ByteBuffer.allocate(bytes)));
      }
      writer.flush();
      assertThat(writer.metrics().fallbacks()).isZero();
      assertThat(writer.writtenStatements()).isEqualTo(9);
    }
    assertThat(requests.acknowledged().stream().map(each -> each.statements().size()))
        .containsExactlyInAnyOrder(4, 4, 1);
  }
}
