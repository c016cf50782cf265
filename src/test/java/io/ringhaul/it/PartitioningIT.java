package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.Partitioning;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations partitioned by keys, ranges, size or time read exactly the selected rows. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitioningIT {

  private static final int PARTITIONS = 60;
  private static final LocalDate FIRST_DAY = LocalDate.of(1969, 12, 20);

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (a int, b text, c int, PRIMARY KEY ((a, b), c))",
            "CREATE TABLE " + keyspace + ".by_date (k date, c int, PRIMARY KEY (k, c))",
            "CREATE TABLE " + keyspace + ".by_timestamp (k timestamp, c int, PRIMARY KEY (k, c))",
            "CREATE TABLE " + keyspace + ".by_int (k int, c int, PRIMARY KEY (k, c))",
            "CREATE TABLE " + keyspace + ".by_bigint (k bigint, c int, PRIMARY KEY (k, c))"));
    try (AsyncWrites writes = new AsyncWrites(session)) {
      PreparedStatement insert =
          session.prepare("INSERT INTO " + keyspace + ".t (a, b, c) VALUES (?, ?, ?)");
      PreparedStatement dates = insert("by_date");
      PreparedStatement timestamps = insert("by_timestamp");
      PreparedStatement ints = insert("by_int");
      PreparedStatement bigints = insert("by_bigint");
      for (int n = 0; n < PARTITIONS; n++) {
        LocalDate day = FIRST_DAY.plusDays(n);
        for (int c = 0; c < 2; c++) {
          writes.add(insert.bind(n, "b, " + n, c));
          writes.add(dates.bind(day, n));
          writes.add(timestamps.bind(Instant.ofEpochSecond(day.toEpochDay() * 86_400L), n));
          writes.add(ints.bind((int) day.toEpochDay(), n));
          writes.add(bigints.bind(day.toEpochDay(), n));
        }
      }
    }
  }

  private PreparedStatement insert(String table) {
    return session.prepare("INSERT INTO " + keyspace + "." + table + " (k, c) VALUES (?, ?)");
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void readsListedKeysOnce() throws IOException {
    // The list has its columns in another order, a duplicate key, a key that does not exist in
    // the table, and an extra column.
    Path keys = list("b,note,a", "\"b, 7\",x,7", "\"b, 9\",,9", "\"b, 7\",y,7", "none,,1");
    Partitioning way = byKeys(keys);
    assertThat(operator.count(keyspace, "t").partitionBy(way).execute().rows()).isEqualTo(4);
    MemoryTarget target = new MemoryTarget();
    ExportResult result =
        operator.export(keyspace, "t").to(target).partitionBy(way).taskCount(4).execute();
    assertThat(result.tasks()).isLessThanOrEqualTo(3);
    assertThat(target.rows().stream().map(row -> row.get("a") + "/" + row.get("c")))
        .containsExactlyInAnyOrder("7/0", "7/1", "9/0", "9/1");
    assertThat(target.export().restrictions()).containsOnlyKeys("partitionBy");
    assertThat(target.export().restrictions().get("partitionBy")).startsWith("3 keys, checksum ");
  }

  @Test
  void allKeysGiveAllRowsWithinTaskCount() throws IOException {
    StringBuilder lines = new StringBuilder("a,b\n");
    for (int n = 0; n < PARTITIONS; n++) {
      lines.append(n).append(",\"b, ").append(n).append("\"\n");
    }
    Path keys = list(lines.toString());
    MemoryTarget target = new MemoryTarget();
    ExportResult result =
        operator.export(keyspace, "t").to(target).partitionBy(byKeys(keys)).taskCount(5).execute();
    assertThat(result.rows()).isEqualTo(2 * PARTITIONS);
    assertThat(result.tasks()).isBetween(3, 7);
    assertThat(result.rangesPlanned()).isEqualTo(PARTITIONS);
  }

  @Test
  void refusesInvalidKeys() throws IOException {
    Path wrong = list("a,b", "1,x", "one,y");
    assertThatThrownBy(() -> count(byKeys(wrong)))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining(wrong.getFileName().toString())
        .hasMessageContaining("\"one\", which is not a valid int")
        .hasMessageContaining("3");
    Path half = list("a", "1");
    assertThatThrownBy(() -> count(byKeys(half))).isInstanceOf(BulkOperationException.class);
    Path none = list("a,b");
    assertThatThrownBy(() -> count(byKeys(none)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The listed partitions are all outside the token ranges to read");
  }

  @Test
  void readsListedRangesOnce() throws IOException {
    NavigableMap<Long, Integer> ring = partitionsByToken();
    List<Long> tokens = List.copyOf(ring.keySet());
    // Two overlapping ranges, a duplicate, a range that wraps around the ring, and an extra
    // column.
    Partitioning way =
        byRanges(
            list(
                "note,end_token,start_token",
                "," + tokens.get(20) + "," + tokens.get(10),
                "x," + tokens.get(30) + "," + tokens.get(15),
                "," + tokens.get(20) + "," + tokens.get(10),
                "," + tokens.get(5) + "," + tokens.get(50)));
    List<String> expected =
        Stream.of(tokens.subList(0, 6), tokens.subList(11, 31), tokens.subList(51, PARTITIONS))
            .flatMap(List::stream)
            .flatMap(token -> Stream.of(ring.get(token) + "/0", ring.get(token) + "/1"))
            .toList();
    assertThat(operator.count(keyspace, "t").partitionBy(way).execute().rows())
        .isEqualTo(expected.size());
    MemoryTarget target = new MemoryTarget();
    operator.export(keyspace, "t").to(target).partitionBy(way).taskCount(4).execute();
    assertThat(target.rows().stream().map(row -> row.get("a") + "/" + row.get("c")))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(target.export().restrictions()).containsOnlyKeys("partitionBy");
    // The wrapping range counts as two.
    assertThat(target.export().restrictions().get("partitionBy")).startsWith("3 ranges, checksum ");
    assertThat(
            operator
                .count(keyspace, "t")
                .partitionBy(way)
                .tokenRange(tokens.get(25), tokens.get(52))
                .execute()
                .rows())
        .isEqualTo(2 * (5 + 2));
  }

  @Test
  void rangesOfWholeRingGiveAllRows() throws IOException {
    Path ranges =
        list(
            "start_token,end_token",
            Long.MIN_VALUE + ",-5",
            "-5,7",
            "7," + Long.MAX_VALUE,
            "0," + Long.MIN_VALUE);
    ExportResult result =
        operator
            .export(keyspace, "t")
            .to(new MemoryTarget())
            .partitionBy(byRanges(ranges))
            .taskCount(30)
            .execute();
    assertThat(result.rows()).isEqualTo(2 * PARTITIONS);
    assertThat(result.tasks()).isGreaterThanOrEqualTo(30);
  }

  @Test
  void refusesInvalidRanges() throws IOException {
    Path wrong = list("start_token,end_token", "1,2", "1,x");
    assertThatThrownBy(() -> count(byRanges(wrong)))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("(line 3) of " + wrong)
        .hasMessageContaining("end_token holds \"x\", which is not a valid bigint");
    Path half = list("start_token", "1");
    assertThatThrownBy(() -> count(byRanges(half)))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining(half.toString())
        .hasMessageContaining("it has no column end_token");
    assertRangeRefused("1,", "it has no value for \"end_token\"");
    assertRangeRefused(
        "5,5", "(5, 5] ends where it starts; leave byRanges out to read the whole ring");
    assertRangeRefused(
        Long.MAX_VALUE + "," + Long.MIN_VALUE,
        "(9223372036854775807, -9223372036854775808] contains no token that a row can have");
    Path none = list("start_token,end_token");
    assertThatThrownBy(() -> count(byRanges(none)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The listed partitions are all outside the token ranges to read");
  }

  private void assertRangeRefused(String line, String why) throws IOException {
    Path ranges = list("start_token,end_token", "1,2", line);
    assertThatThrownBy(() -> count(byRanges(ranges)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("byRanges cannot take line 3 of " + ranges + ": " + why);
  }

  @Test
  void resumesJobOnlyWithSameRanges() throws IOException {
    Partitioning half = byRanges(list("start_token,end_token", "0," + Long.MAX_VALUE));
    Partitioning others = byRanges(list("start_token,end_token", "1," + Long.MAX_VALUE));
    Partitioning same = byRanges(list("start_token,end_token", "9," + Long.MIN_VALUE, "0,10"));
    UUID id = UUID.randomUUID();
    Path out = folder.resolve("out" + id);
    try (JobStore store = JobStore.file(folder.resolve(id + ".db"))) {
      assertThatThrownBy(
              () -> job(store, id, secondTaskFails(CsvTarget.folder(out)), half).execute())
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("no second file");
      assertThatThrownBy(() -> job(store, id, CsvTarget.folder(out), others).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("partitionBy was \"1 ranges, checksum ");
      ExportResult result = job(store, id, CsvTarget.folder(out), same).execute();
      assertThat(result.rows()).isEqualTo(2L * partitionsByToken().tailMap(0L, false).size());
    }
  }

  @Test
  void resumesJobOnlyWithSameKeys() throws IOException {
    Partitioning keys = byKeys(list("a,b", "7,\"b, 7\"", "8,\"b, 8\"", "9,\"b, 9\""));
    UUID id = UUID.randomUUID();
    Path out = folder.resolve("out" + id);
    try (JobStore store = JobStore.file(folder.resolve(id + ".db"))) {
      Partitioning others = byKeys(list("a,b", "7,\"b, 7\""));
      assertThatThrownBy(
              () -> job(store, id, secondTaskFails(CsvTarget.folder(out)), keys).execute())
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("no second file");
      assertThatThrownBy(() -> job(store, id, CsvTarget.folder(out), others).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining("partitionBy was \"3 keys, checksum ");
      ExportResult result = job(store, id, CsvTarget.folder(out), keys).execute();
      assertThat(result.rows()).isEqualTo(6);
      assertThat(result.totals().earlierRows()).isBetween(1L, 5L);
      List<String> exported = new ArrayList<>();
      try (Stream<Path> files = Files.list(out)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".csv")).toList()) {
          Files.readAllLines(file).stream().skip(1).forEach(exported::add);
        }
      }
      assertThat(exported).hasSize(6).doesNotHaveDuplicates();
      assertThat(exported.stream().map(line -> line.substring(0, 1)).distinct())
          .containsExactlyInAnyOrder("7", "8", "9");
    }
  }

  /** Wraps a target so that every task after the first one fails. */
  private static ExportTarget secondTaskFails(ExportTarget target) {
    AtomicInteger tasks = new AtomicInteger();
    return instead(
        ExportTarget.class,
        target,
        (method, made) ->
            made instanceof TargetSession session
                ? instead(
                    TargetSession.class,
                    session,
                    (called, result) -> {
                      if (called.equals("openTask") && tasks.incrementAndGet() > 1) {
                        throw new BulkOperationException("no second file");
                      }
                      return result;
                    })
                : made);
  }

  /** The same object, with something else as the results of its methods. */
  private static <T> T instead(
      Class<T> type, T object, BiFunction<String, @Nullable Object, @Nullable Object> results) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              try {
                return results.apply(method.getName(), method.invoke(object, arguments));
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"by_date", "by_timestamp", "by_int", "by_bigint"})
  void readsSpanOfDays(String table) {
    // From the middle of the third day to the middle of the fifteenth, across the epoch.
    Instant from = FIRST_DAY.plusDays(2).atStartOfDay().toInstant(ZoneOffset.UTC);
    Instant to = from.plus(Duration.ofDays(12));
    MemoryTarget target = new MemoryTarget();
    operator
        .export(keyspace, table)
        .to(target)
        .partitionBy(
            Partitioning.byTime("k", from.plusSeconds(5), to.plusNanos(1), Duration.ofDays(1)))
        .execute();
    Set<Object> days = target.rows().stream().map(row -> row.get("c")).collect(Collectors.toSet());
    assertThat(days).isEqualTo(IntStream.rangeClosed(2, 14).boxed().collect(Collectors.toSet()));
    assertThat(target.rows()).hasSize(13);
    assertThat(
            operator
                .count(keyspace, table)
                .partitionBy(Partitioning.byTime("k", from, to, Duration.ofDays(1)))
                .execute()
                .rows())
        .isEqualTo(12);
  }

  @Test
  void byTimeRequiresKeyOfTime() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Partitioning hours = Partitioning.byTime("k", now, now.plusSeconds(1), Duration.ofHours(1));
    assertThatThrownBy(() -> operator.count(keyspace, "by_date").partitionBy(hours).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("byTime takes buckets of whole days for k, which is a date");
    assertThatThrownBy(() -> operator.count(keyspace, "t").partitionBy(hours).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("list the keys with byKeys");
    assertThatThrownBy(() -> Partitioning.byTime("k", now, now, Duration.ofHours(1)))
        .isInstanceOf(InvalidSettingException.class);
    assertThatThrownBy(() -> Partitioning.byTime("k", Instant.EPOCH, now, Duration.ofSeconds(1)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("it takes at most 1,000,000");
  }

  @Test
  void taskCountExcludesBySize() {
    assertThatThrownBy(
            () ->
                operator
                    .count(keyspace, "t")
                    .taskCount(3)
                    .partitionBy(Partitioning.bySize(1 << 20))
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("taskCount and bySize contradict each other: set one");
    int fewest =
        operator.count(keyspace, "t").partitionBy(Partitioning.bySize(1L << 40)).execute().tasks();
    int many =
        operator.count(keyspace, "t").partitionBy(Partitioning.byToken(40)).execute().tasks();
    assertThat(fewest).isLessThanOrEqualTo(TestCluster.get().nodes());
    assertThat(many).isGreaterThanOrEqualTo(40);
  }

  private static Partitioning byKeys(Path keys) {
    return Partitioning.byKeys(CsvSource.at(keys));
  }

  private static Partitioning byRanges(Path ranges) {
    return Partitioning.byRanges(CsvSource.at(ranges));
  }

  private long count(Partitioning way) {
    return operator.count(keyspace, "t").partitionBy(way).execute().rows();
  }

  private NavigableMap<Long, Integer> partitionsByToken() {
    NavigableMap<Long, Integer> partitions = new TreeMap<>();
    for (Row row : session.execute("SELECT a, token(a, b) FROM " + keyspace + ".t")) {
      partitions.put(row.getLong(1), row.getInt(0));
    }
    return partitions;
  }

  private ExportRequest job(JobStore store, UUID id, ExportTarget target, Partitioning way) {
    return operator
        .export(keyspace, "t")
        .to(target)
        .partitionBy(way)
        .taskCount(3)
        .parallelism(1)
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  private Path list(String... lines) throws IOException {
    return Files.write(Files.createTempFile(folder, "list", ".csv"), List.of(lines));
  }
}
