package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A large partition is read in parallel slices of its clustering keys, each row once. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlicedPartitionIT {

  private static final int ROWS = 6_000;
  private static final int PAGE = 100;
  private static final int IN_FLIGHT = 6;
  private static final long TOKEN = 4_711_000_000_000L;
  private static final int IN_A_BATCH = 50;

  /** The type of the first clustering column and its n-th value. */
  enum Clustering {
    INT("int", "ASC"),
    BIGINT_DOWN("bigint", "DESC"),
    DATE("date", "ASC"),
    TIMESTAMP_DOWN("timestamp", "DESC"),
    TIMEUUID("timeuuid", "ASC"),
    /** Few distinct values, so that a slice has many rows with one value. */
    TINYINT("tinyint", "ASC"),
    /** One value only, so there is nothing to slice. */
    ONE_VALUE("int", "ASC"),
    /** Half of the rows have values that are close to each other. */
    UNEVEN("bigint", "ASC"),
    /** From the smallest to the largest value of the type. */
    INT_EDGES("int", "DESC"),
    BIGINT_EDGES("bigint", "ASC"),
    BIGINT_EDGES_DOWN("bigint", "DESC"),
    /** The smallest value is empty; partitions with empty values are not sliced. */
    INT_EMPTY("int", "ASC"),
    BIGINT_EMPTY_DOWN("bigint", "DESC"),
    /** A type that cannot be sliced. */
    TEXT("text", "ASC");

    private final String type;
    private final String order;

    Clustering(String type, String order) {
      this.type = type;
      this.order = order;
    }

    /** Returns the n-th value; null stands for the empty value. */
    @Nullable Object value(int n) {
      return switch (this) {
        case INT -> n * 3 - ROWS;
        case BIGINT_DOWN -> (long) n << 40;
        case DATE -> LocalDate.ofEpochDay(n - 50L);
        case TIMESTAMP_DOWN -> Instant.ofEpochMilli(1_700_000_000_000L + n * 61L);
        case TIMEUUID -> Uuids.startOf(1_700_000_000_000L + n);
        case TINYINT -> (byte) (n % 7);
        case ONE_VALUE -> 5;
        case INT_EDGES -> n == 0 ? Integer.MIN_VALUE : n == 1 ? Integer.MAX_VALUE : n;
        case BIGINT_EDGES, BIGINT_EDGES_DOWN ->
            n == 0 ? Long.MIN_VALUE : n == 1 ? Long.MAX_VALUE : (long) n << 48;
        case INT_EMPTY -> n == 77 ? null : n;
        case BIGINT_EMPTY_DOWN -> n == 77 ? null : (long) n;
        case UNEVEN -> n % 2 == 0 ? (long) n : (long) n << 48;
        case TEXT -> "v" + n;
      };
    }

    boolean isSliced() {
      return switch (this) {
        case TEXT, ONE_VALUE, INT_EMPTY, BIGINT_EMPTY_DOWN -> false;
        default -> true;
      };
    }

    String table() {
      return "t_" + name().toLowerCase(Locale.ROOT);
    }
  }

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    List<String> tables = new ArrayList<>();
    for (Clustering each : Clustering.values()) {
      tables.add(
          String.format(
              "CREATE TABLE %s.%s (p blob, c %s, n int, v text, PRIMARY KEY (p, c, n))"
                  + " WITH CLUSTERING ORDER BY (c %s, n ASC)",
              keyspace, each.table(), each.type, each.order));
    }
    TestCluster.define(tables);
    for (Clustering each : Clustering.values()) {
      PreparedStatement insert =
          session.prepare(
              "INSERT INTO " + keyspace + "." + each.table() + " (p, c, n, v) VALUES (?, ?, ?, ?)");
      try (AsyncWrites writes = new AsyncWrites(session)) {
        for (int first = 0; first < ROWS; first += IN_A_BATCH) {
          List<BoundStatement> rows = new ArrayList<>();
          for (int n = first; n < first + IN_A_BATCH; n++) {
            rows.add(bind(insert, Murmur3Keys.withToken(TOKEN, 1), each, n));
          }
          writes.addPartition(rows);
        }
        // Partitions before and after the large one, and one with the same token.
        int n = ROWS;
        for (long token : new long[] {TOKEN - 3, TOKEN, TOKEN + 1, TOKEN + 90}) {
          writes.add(bind(insert, Murmur3Keys.withToken(token, behind()), each, n));
          n++;
        }
      }
    }
  }

  private static BoundStatement bind(
      PreparedStatement insert, ByteBuffer key, Clustering clustering, int n) {
    Object value = clustering.value(n);
    BoundStatement bound = insert.bind(key, value, n, "v" + n);
    return value == null ? bound.setBytesUnsafe(1, ByteBuffer.allocate(0)) : bound;
  }

  @ParameterizedTest
  @EnumSource(Clustering.class)
  void readsEachRowOnce(Clustering clustering) {
    RecordingSession watch = new RecordingSession(session);
    MemoryTarget target = new MemoryTarget();
    ExportResult result;
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      result =
          operator
              .export(keyspace, clustering.table())
              .to(target)
              .tokenRange(TOKEN - 100, TOKEN + 100)
              .taskCount(1)
              .parallelism(IN_FLIGHT)
              .pageSize(PAGE)
              .execute();
    }
    assertThat(result.rows()).isEqualTo(ROWS + 4);
    assertThat(target.rows().stream().map(row -> (Integer) row.get("n")).sorted().toList())
        .isEqualTo(IntStream.range(0, ROWS + 4).boxed().toList());
    assertThat(target.rows())
        .allSatisfy(
            row -> {
              int n = (Integer) Objects.requireNonNull(row.get("n"));
              assertThat(row.get("v")).isEqualTo("v" + n);
              assertThat(row.get("c")).isEqualTo(clustering.value(n));
            });
    long sliced = sentSlices(watch);
    if (clustering.isSliced()) {
      watch.requireMaxInFlight(IN_FLIGHT);
      // Slices cost one or two queries each in addition to the pages.
      assertThat(sliced).isBetween(ROWS / PAGE / 2L, ROWS / PAGE * 4L);
    } else {
      assertThat(sliced).isZero();
    }
  }

  /** Without the key in the columns, the token is selected in addition; the key is read once. */
  @Test
  void slicesWithoutExportedKey() {
    MemoryTarget target = new MemoryTarget();
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator
          .export(keyspace, Clustering.INT.table())
          .columns("n")
          .to(target)
          .tokenRange(TOKEN - 100, TOKEN + 100)
          .taskCount(1)
          .parallelism(IN_FLIGHT)
          .pageSize(PAGE)
          .execute();
    }
    assertThat(target.rows().stream().map(row -> (Integer) row.get("n")).sorted().toList())
        .isEqualTo(IntStream.range(0, ROWS + 4).boxed().toList());
    assertThat(sentSlices(watch)).isPositive();
  }

  /** For two partitions with one token, returns the end of the first. */
  private static long behind() {
    long salt = 2;
    byte[] large = Murmur3Keys.withToken(TOKEN, 1).array();
    while (Arrays.compareUnsigned(Murmur3Keys.withToken(TOKEN, salt).array(), large) < 0) {
      salt++;
    }
    return salt;
  }

  private static long sentSlices(RecordingSession watch) {
    return watch.sent().stream()
        .filter(
            each ->
                each instanceof BoundStatement bound
                    && bound.getPreparedStatement().getQuery().contains("ALLOW FILTERING"))
        .count();
  }
}
