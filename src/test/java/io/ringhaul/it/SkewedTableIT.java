package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A task that holds all rows is split automatically when the other worker is idle. */
@ClusterTest
@Topology
class SkewedTableIT {

  private static final int ROWS = 800;

  /** All rows are in the vnode with this token, a small part of the ring. */
  private static final long FIRST_TOKEN = 1L << 40;

  private static final long STEP = 1L << 30;

  private static String keyspace;

  @BeforeAll
  static void insert() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (p blob PRIMARY KEY, n int)");
    CqlSession session = TestCluster.session();
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (p, n) VALUES (?, ?)",
        ROWS,
        n -> new Object[] {Murmur3Keys.withToken(FIRST_TOKEN + n * STEP, n), n});
  }

  @Test
  void splitsTaskWithAllRows() {
    MemoryTarget target = new MemoryTarget();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      // The task with all rows takes four seconds at this rate; the other tasks have no rows.
      ExportResult result = request(operator, target).maxRowsPerSecond(ROWS / 4).execute();
      assertThat(target.rows().stream().map(row -> (Integer) row.get("n")).sorted().toList())
          .isEqualTo(IntStream.range(0, ROWS).boxed().toList());
      int planned = request(operator, new MemoryTarget()).fixedTasks().execute().tasks();
      assertThat(result.tasks()).isGreaterThan(planned);
      assertThat(result.rangesDone()).isEqualTo(result.rangesPlanned());
    }
  }

  private static ExportRequest request(TokenAwareBulkOperator operator, MemoryTarget target) {
    return operator
        .export(keyspace, "t")
        .to(target)
        .tokenRange(FIRST_TOKEN - (1L << 56), FIRST_TOKEN + (1L << 56))
        .taskCount(4)
        .parallelism(2)
        .pageSize(5);
  }
}
