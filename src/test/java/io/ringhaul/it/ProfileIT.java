package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TableProfile;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.TokenRange;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A profile has the exact figures of a table with a known distribution. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class ProfileIT {

  /** Partition i has i + 1 rows, each of 4 + 4 bytes of key and the text. */
  private static final int PARTITIONS = 120;

  private static final int ROWS = PARTITIONS * (PARTITIONS + 1) / 2;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @BeforeAll
  void fill() {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (p int, c int, v text, w text, PRIMARY KEY (p, c))");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (p, c, v, w) VALUES (?, ?, ?, ?)",
        ROWS,
        i -> {
          int partition = (int) ((Math.sqrt(8.0 * i + 1) - 1) / 2);
          // The smallest partition has the largest value.
          String text = partition == 0 ? "x".repeat(50_000) : "four";
          return new Object[] {partition, i, text, i % 10 == 0 ? "w" : null};
        });
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void figuresAreExact() {
    TableProfile profile = operator.profile(keyspace, "t").largest(3).pageSize(50).execute();
    assertThat(profile.rows()).isEqualTo(ROWS);
    assertThat(profile.partitions()).isEqualTo(PARTITIONS);
    assertThat(profile.largestByRows())
        .extracting(TableProfile.Partition::key)
        .containsExactly("(\"p\" = 119)", "(\"p\" = 118)", "(\"p\" = 117)");
    assertThat(profile.largestByRows())
        .extracting(TableProfile.Partition::rows)
        .containsExactly(120L, 119L, 118L);
    assertThat(profile.largestByBytes().get(0).key()).isEqualTo("(\"p\" = 0)");
    assertThat(profile.largestByBytes().get(0).bytes()).isEqualTo(50_009);
    assertThat(profile.largestByBytes()).hasSize(3);
    int others = ROWS - (ROWS + 9) / 10;
    assertThat(profile.columns())
        .containsExactlyInAnyOrder(
            new TableProfile.Column("p", 0, 4L * ROWS),
            new TableProfile.Column("c", 0, 4L * ROWS),
            new TableProfile.Column("v", 0, 50_000 + 4L * (ROWS - 1)),
            new TableProfile.Column("w", others, ROWS - others));
    assertThat(profile.valueBytes())
        .isEqualTo(profile.columns().stream().mapToLong(TableProfile.Column::bytes).sum());
    assertThat(profile.sizes().stream().mapToLong(TableProfile.Size::partitions).sum())
        .isEqualTo(PARTITIONS);
    assertThat(profile.sizes())
        .isSortedAccordingTo(Comparator.comparing(TableProfile.Size::mostBytes))
        .last()
        .isEqualTo(new TableProfile.Size(1 << 16, 1));
  }

  @Test
  void rangesAndNodesAddUp() {
    TableProfile profile = operator.profile(keyspace, "t").execute();
    Map<Long, Long> byEnd = new TreeMap<>();
    profile.ranges().forEach(range -> byEnd.put(range.tokens().endInclusive(), 0L));
    for (Row row : session.execute("SELECT token(p) FROM " + keyspace + ".t").all()) {
      long token = row.getLong(0);
      TokenRange range =
          profile.ranges().stream()
              .map(TableProfile.Range::tokens)
              .filter(each -> each.contains(token))
              .findFirst()
              .orElseThrow();
      byEnd.merge(range.endInclusive(), 1L, Long::sum);
    }
    assertThat(profile.ranges())
        .allSatisfy(
            range -> assertThat(range.rows()).isEqualTo(byEnd.get(range.tokens().endInclusive())));
    // One replica: the nodes together hold each row once.
    assertThat(profile.replicas().stream().mapToLong(TableProfile.Replica::rows).sum())
        .isEqualTo(ROWS);
    assertThat(profile.replicas().stream().mapToLong(TableProfile.Replica::bytes).sum())
        .isEqualTo(profile.valueBytes());
    assertThat(profile.replicas().get(0).node()).contains("127.0.0.");
  }

  @Test
  void profilesSelectedRowsAndEmptyTables() {
    TableProfile some = operator.profile(keyspace, "t").where("p = 7").execute();
    assertThat(some.rows()).isEqualTo(8);
    assertThat(some.partitions()).isEqualTo(1);
    TableProfile none = operator.profile(keyspace, "t").where("p = -1").execute();
    assertThat(none.partitions()).isZero();
    assertThat(none.largestByRows()).isEmpty();
    assertThat(none.sizes()).isEqualTo(List.of());
    assertThatThrownBy(() -> operator.profile(keyspace, "t").largest(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("largest is 0");
  }
}
