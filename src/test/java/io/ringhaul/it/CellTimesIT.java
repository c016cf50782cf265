package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.WrittenIn;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Exports include write times and TTLs of cells and filter by write time. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CellTimesIT {

  /** A literal for each CQL type. */
  private static final Map<String, String> LITERALS = new LinkedHashMap<>();

  static {
    LITERALS.put("ascii", "'a'");
    LITERALS.put("text", "'t'");
    LITERALS.put("blob", "0x00ff");
    LITERALS.put("boolean", "true");
    LITERALS.put("tinyint", "1");
    LITERALS.put("smallint", "2");
    LITERALS.put("int", "3");
    LITERALS.put("bigint", "4");
    LITERALS.put("float", "0.5");
    LITERALS.put("double", "0.25");
    LITERALS.put("date", "'2024-02-29'");
    LITERALS.put("time", "'12:34:56.789'");
    LITERALS.put("timestamp", "'2024-02-29T12:34:56.789Z'");
    LITERALS.put("decimal", "1.50");
    LITERALS.put("varint", "12345678901234567890");
    LITERALS.put("duration", "1mo2d3ns");
    LITERALS.put("inet", "'::1'");
    LITERALS.put("uuid", "123e4567-e89b-42d3-a456-426614174000");
    LITERALS.put("timeuuid", "50554d6e-29bb-11e5-b345-feff819cdc9f");
    if (TestCluster.hasVectors()) {
      LITERALS.put("vector<float, 2>", "[1, 2]");
    }
    LITERALS.put("tuple<int, text>", "(1, null)");
    LITERALS.put("frozen<list<int>>", "[1, 2]");
    LITERALS.put("frozen<set<int>>", "{1, 2}");
    LITERALS.put("frozen<map<text, int>>", "{'a': 1}");
    LITERALS.put("frozen<place>", "{street: 'x'}");
  }

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";
  private int exports;

  @TempDir private Path warehouse;

  @BeforeAll
  void createKeyspace() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TYPE " + keyspace + ".place (street text, zip int, tags frozen<list<text>>)");
    create(
        "cells",
        "p int, q text, c int, d text, st text static, sm map<text, int> static, v int, w text,"
            + " l list<int>, s set<text>, m map<text, int>, u place,"
            + " PRIMARY KEY ((p, q), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC");
    create("windows", "id int PRIMARY KEY, a int, b int, m map<text, int>");
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void exportsWriteTimeOfEveryType() {
    List<String> types = new ArrayList<>(LITERALS.keySet());
    List<String> literals = new ArrayList<>(LITERALS.values());
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      columns.add("c" + i + " " + types.get(i));
    }
    create("types", "id int PRIMARY KEY, " + String.join(", ", columns));
    session.execute("INSERT INTO " + keyspace + ".types (id) VALUES (2)");
    for (int i = 0; i < types.size(); i++) {
      String update = "UPDATE types USING TIMESTAMP %d SET c%d = %s WHERE id = %d";
      execute(String.format(update, time(i), i, literals.get(i), 1));
      if (i % 2 == 0) {
        execute(String.format(update, -1 - i, i, literals.get(i), 3));
      }
    }

    List<Record> rows = export("types", request -> request.withWritetime());

    assertThat(rows).hasSize(3);
    Record full = only(rows, "id", 1);
    Record empty = only(rows, "id", 2);
    Record half = only(rows, "id", 3);
    assertThat(names(full))
        .hasSize(1 + 2 * types.size())
        .contains("id", "c0", "c0_writetime")
        .doesNotContain("id_writetime", "ttl_read_at", "c0_ttl");
    for (int i = 0; i < types.size(); i++) {
      String column = "c" + i;
      assertThat(full.getField(column)).as(types.get(i)).isNotNull();
      assertThat(full.getField(column + "_writetime")).as(types.get(i)).isEqualTo(time(i));
      assertThat(empty.getField(column + "_writetime")).as(types.get(i)).isNull();
      assertThat(half.getField(column + "_writetime"))
          .as(types.get(i))
          .isEqualTo(i % 2 == 0 ? -1L - i : null);
    }
  }

  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void exportsTimesOfElementsAndFieldsWithCompositeKey() {
    execute("TRUNCATE cells");
    execute(
        "INSERT INTO cells (p, q, c, d, st, sm, v, l, s, m, u) VALUES (1, 'x', 1, 'a', 'st',"
            + " {'k': 1}, 1, [1, 2], {'a', 'c'}, {'a': 1, 'c': 3}, {street: 'one', zip: 1})"
            + " USING TIMESTAMP 1000");
    execute(
        "UPDATE cells USING TIMESTAMP 2000 AND TTL 5000 SET l = [0] + l, s = s + {'b'},"
            + " m = m + {'b': 2}, u.tags = ['t'], v = 2, sm = sm + {'a': 0}"
            + " WHERE p = 1 AND q = 'x' AND c = 1 AND d = 'a'");
    execute(
        "UPDATE cells USING TIMESTAMP 3000 SET u.street = null, l = l + [9], w = 'w'"
            + " WHERE p = 1 AND q = 'x' AND c = 1 AND d = 'a'");
    execute("INSERT INTO cells (p, q, c, d) VALUES (1, 'x', 2, 'b')");
    execute("INSERT INTO cells (p, q, st) VALUES (2, 'y', 'alone') USING TIMESTAMP 4000");
    long before = Instant.now().getEpochSecond();

    List<Record> rows = export("cells", request -> request.withWritetime().withTtl());

    long after = Instant.now().getEpochSecond();
    assertThat(rows).hasSize(3);
    Record full = only(rows, "c", 1);
    assertThat(full.getField("l")).isEqualTo(List.of(0, 1, 2, 9));
    assertThat(full.getField("l_writetime")).isEqualTo(List.of(2000L, 1000L, 1000L, 3000L));
    assertThat(full.getField("s_writetime")).isEqualTo(List.of(1000L, 2000L, 1000L));
    assertThat(full.getField("m_writetime")).isEqualTo(List.of(1000L, 2000L, 1000L));
    assertThat(fields(full.getField("u_writetime"))).containsExactly(null, 1000L, 2000L);
    assertThat(full.getField("v_writetime")).isEqualTo(2000L);
    assertThat(full.getField("w_writetime")).isEqualTo(3000L);
    assertThat(full.getField("st_writetime")).isEqualTo(1000L);
    assertThat(full.getField("sm_writetime")).isEqualTo(List.of(2000L, 1000L));

    OffsetDateTime readAt = (OffsetDateTime) full.getField("ttl_read_at");
    assertThat(readAt.toEpochSecond()).isBetween(before, after);
    int left = (Integer) full.getField("v_ttl");
    assertThat(left).isBetween(5000 - (int) (after - before) - 5, 5000);
    assertThat(full.getField("l_ttl")).isEqualTo(List.of(left, 0, 0, 0));
    assertThat(full.getField("s_ttl")).isEqualTo(List.of(0, left, 0));
    assertThat(full.getField("m_ttl")).isEqualTo(List.of(0, left, 0));
    assertThat(full.getField("sm_ttl")).isEqualTo(List.of(left, 0));
    assertThat(fields(full.getField("u_ttl"))).containsExactly(null, null, left);
    assertThat(full.getField("st_ttl")).isNull();
    assertThat(full.getField("w_ttl")).isNull();

    Record keysOnly = only(rows, "c", 2);
    assertThat(keysOnly.getField("st_writetime")).isEqualTo(1000L);
    for (String column : List.of("v", "w", "l", "s", "m", "u")) {
      assertThat(keysOnly.getField(column + "_writetime")).as(column).isNull();
      assertThat(keysOnly.getField(column + "_ttl")).as(column).isNull();
    }
    Record staticOnly = only(rows, "c", null);
    assertThat(staticOnly.getField("st_writetime")).isEqualTo(4000L);
    assertThat(staticOnly.getField("sm_writetime")).isNull();
    assertThat(staticOnly.getField("v_writetime")).isNull();
    assertThat(staticOnly.getField("ttl_read_at")).isNotNull();
  }

  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void ttlDecreasesWhileExpiryTimeIsConstant() throws InterruptedException {
    create("down", "id int PRIMARY KEY, v int, l list<int>");
    execute("INSERT INTO down (id, v, l) VALUES (1, 1, [1, 2]) USING TTL 1000");
    execute("UPDATE down USING TTL 2000 SET l = l + [3] WHERE id = 1");
    execute("INSERT INTO down (id, v) VALUES (2, 1)");

    Record first = only(export("down", request -> request.withTtl()), "id", 1);
    Thread.sleep(2_100);
    List<Record> rows = export("down", request -> request.withTtl("v", "l"));
    Record second = only(rows, "id", 1);
    Record lasting = only(rows, "id", 2);

    int elapsed = (Integer) first.getField("v_ttl") - (Integer) second.getField("v_ttl");
    assertThat(elapsed).isBetween(2, 15);
    // The read time and the TTL are in whole seconds, so the two can differ by one second.
    assertThat(expiry(second, "v") - expiry(first, "v")).isBetween(-1L, 1L);
    int left = (Integer) second.getField("v_ttl");
    List<?> ofList = (List<?>) second.getField("l_ttl");
    assertThat(ofList.subList(0, 2)).isEqualTo(List.of(left, left));
    assertThat((Integer) ofList.get(2) - left).isBetween(1000, 1002);
    assertThat(lasting.getField("v_ttl")).isNull();
    assertThat(lasting.getField("l_ttl")).isNull();
  }

  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void exportsWhenRowsExpire() {
    create(
        "brief",
        "k int, c int, st int static, v int, w text, l list<int>, u place, PRIMARY KEY (k, c)");
    execute(
        "INSERT INTO brief (k, c, v, w, l, u) VALUES (1, 1, 1, 'w', [1, 2], {zip: 1})"
            + " USING TTL 1000");
    execute("UPDATE brief USING TTL 3000 SET l = l + [3] WHERE k = 1 AND c = 1");
    execute("INSERT INTO brief (k, c, v) VALUES (1, 2, 1) USING TTL 500");
    execute("INSERT INTO brief (k, c, w) VALUES (1, 2, 'stays')");
    execute("INSERT INTO brief (k, c, v) VALUES (1, 3, 1) USING TTL 500");
    execute("UPDATE brief SET l = [7] WHERE k = 1 AND c = 3");
    execute("INSERT INTO brief (k, c, u) VALUES (1, 4, {street: 's'}) USING TTL 700");
    execute("UPDATE brief SET u.zip = 3 WHERE k = 1 AND c = 4");
    execute("INSERT INTO brief (k, c) VALUES (1, 5) USING TTL 500");
    execute("INSERT INTO brief (k, st) VALUES (1, 5)");
    execute("INSERT INTO brief (k, c, v) VALUES (1, 6, 1) USING TTL 700");
    long now = Instant.now().getEpochSecond();

    List<Record> rows = export("brief", ExportRequest::withExpiry);

    assertThat(names(rows.get(0))).hasSize(8).endsWith("expires_at");
    assertThat(expiry(rows, 1)).isBetween(now + 2_940, now + 3_002);
    assertThat(expiry(rows, 6)).isBetween(now + 640, now + 702);
    for (int c = 2; c <= 5; c++) {
      assertThat(only(rows, "c", c).getField("expires_at")).as("row %d", c).isNull();
    }
    Record both = only(export("brief", request -> request.withTtl("v").withExpiry()), "c", 6);
    assertThat(((OffsetDateTime) both.getField("expires_at")).toEpochSecond())
        .isEqualTo(expiry(both, "v"));
    create("taken", "k int PRIMARY KEY, v int, expires_at timestamp");
    assertThatThrownBy(() -> export("taken", ExportRequest::withExpiry))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("has a column \"expires_at\" already");
  }

  private static long expiry(List<Record> rows, int c) {
    return ((OffsetDateTime) only(rows, "c", c).getField("expires_at")).toEpochSecond();
  }

  @Test
  void exportsTimesOfSelectedColumnsWithCustomNames() {
    execute("TRUNCATE windows");
    execute("INSERT INTO windows (id, a, b) VALUES (1, 1, 1) USING TIMESTAMP 7 AND TTL 500");
    Record row =
        only(
            export(
                "windows",
                request ->
                    request
                        .columns("id", "b", "a")
                        .withWritetime("a")
                        .withTtl("b")
                        .writetimeNames("written_%s")
                        .ttlNames("%s left")
                        .ttlReadAtName("then")),
            "id",
            1);
    assertThat(names(row)).containsExactly("id", "b", "a", "written_a", "b left", "then");
    assertThat(row.getField("written_a")).isEqualTo(7L);
    assertThat((Integer) row.getField("b left")).isBetween(480, 500);
  }

  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void filtersRowsByWriteTime() {
    execute("TRUNCATE windows");
    execute("INSERT INTO windows (id, a, b) VALUES (1, 1, 1) USING TIMESTAMP 100");
    execute("INSERT INTO windows (id, a, b) VALUES (2, 1, 1) USING TIMESTAMP 200");
    execute("UPDATE windows USING TIMESTAMP 300 SET a = 1 WHERE id = 3");
    execute("UPDATE windows USING TIMESTAMP 100 SET b = 1 WHERE id = 3");
    execute("UPDATE windows USING TIMESTAMP 100 SET m = {'x': 1} WHERE id = 4");
    execute("UPDATE windows USING TIMESTAMP 300 SET m = m + {'y': 1} WHERE id = 4");
    execute("INSERT INTO windows (id) VALUES (5) USING TIMESTAMP 300");
    execute("UPDATE windows USING TIMESTAMP 300 SET b = 1 WHERE id = 6");

    assertThat(ids(request -> request.writtenAfter(99))).containsExactly(1, 2, 3, 4, 6);
    assertThat(ids(request -> request.writtenAfter(100))).containsExactly(2, 3, 4, 6);
    assertThat(ids(request -> request.writtenAfter(200))).containsExactly(3, 4, 6);
    assertThat(ids(request -> request.writtenAfter(300))).isEmpty();
    assertThat(ids(request -> request.writtenBefore(100))).isEmpty();
    assertThat(ids(request -> request.writtenBefore(101))).containsExactly(1, 3, 4);
    assertThat(ids(request -> request.writtenBefore(301))).containsExactly(1, 2, 3, 4, 6);
    assertThat(ids(request -> request.writtenAfter(100).writtenBefore(300))).containsExactly(2);
    assertThat(ids(request -> request.writtenAfter(99).writtenIn(WrittenIn.ALL)))
        .containsExactly(1, 2, 3, 4, 6);
    assertThat(ids(request -> request.writtenAfter(200).writtenIn(WrittenIn.ALL)))
        .containsExactly(6);
    assertThat(ids(request -> request.writtenBefore(201).writtenIn(WrittenIn.ALL)))
        .containsExactly(1, 2);
    assertThat(
            ids(request -> request.writtenAfter(100).writtenBefore(301).writtenIn(WrittenIn.ALL)))
        .containsExactly(2, 6);
    // Filter bounds between whole microseconds, with and without exported write times.
    assertThat(ids(request -> request.writtenAfter(Instant.ofEpochSecond(0, 199_999))))
        .containsExactly(2, 3, 4, 6);
    assertThat(ids(request -> request.writtenBefore(Instant.ofEpochSecond(0, 100_001))))
        .containsExactly(1, 3, 4);
    assertThat(ids(request -> request.withWritetime("a").columns("id", "a").writtenAfter(100)))
        .containsExactly(2, 3);
  }

  @Test
  @OnCassandra(since = "5.0", feature = "times of elements")
  void filterHidesItsColumnsAndCountsWrittenRows() {
    execute("TRUNCATE windows");
    execute("INSERT INTO windows (id, a) VALUES (1, 1) USING TIMESTAMP 100");
    execute("INSERT INTO windows (id, a) VALUES (2, 1) USING TIMESTAMP 200");
    MemoryTarget target = new MemoryTarget();
    ExportResult result =
        operator
            .export(keyspace, "windows")
            .writtenAfter(Instant.ofEpochSecond(0, 100_000))
            .writtenBefore(5_000_000)
            .to(target)
            .execute();
    assertThat(result.rows()).isEqualTo(1);
    Map<String, @Nullable Object> only = new LinkedHashMap<>();
    only.put("id", 2);
    only.put("a", 1);
    only.put("b", null);
    only.put("m", null);
    assertThat(target.rows()).containsExactly(only);
    assertThat(target.export().restrictions())
        .isEqualTo(
            Map.of(
                "writtenAfter", "1970-01-01T00:00:00.000100Z",
                "writtenBefore", "1970-01-01T00:00:05Z",
                "writtenIn", "ANY"));
  }

  @Test
  void refusesColumnsWithoutTimes() {
    create("keys", "a int, b int, PRIMARY KEY (a, b)");
    create("counts", "id int PRIMARY KEY, n counter");
    for (String table : List.of("keys", "counts")) {
      for (UnaryOperator<ExportRequest> how :
          List.<UnaryOperator<ExportRequest>>of(
              request -> request.withWritetime(),
              request -> request.withTtl(),
              request -> request.writtenAfter(1))) {
        assertThatThrownBy(() -> export(table, how))
            .isInstanceOf(UnsuitableTableException.class)
            .hasMessageContaining(keyspace + "." + table)
            .hasMessageContaining("no exported column with a write time or TTL of its own");
      }
    }
    assertThatThrownBy(() -> export("windows", request -> request.withWritetime("id")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("Column \"id\"")
        .hasMessageContaining("part of the primary key");
    assertThatThrownBy(() -> export("counts", request -> request.withTtl("n")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("Column \"n\"")
        .hasMessageContaining("a counter");
    assertThatThrownBy(() -> export("windows", request -> request.withTtl("nowhere")))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("has no column nowhere");
  }

  @Test
  void refusesClashingNames() {
    create("clash", "id int PRIMARY KEY, v int, v_writetime bigint, ttl_read_at int");
    execute("INSERT INTO clash (id, v, v_writetime) VALUES (1, 2, 3) USING TIMESTAMP 5");
    assertThatThrownBy(() -> export("clash", request -> request.withWritetime("v")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("two columns \"v_writetime\"")
        .hasMessageContaining("writetimeNames");
    assertThatThrownBy(() -> export("clash", request -> request.withTtl("v")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("two columns \"ttl_read_at\"")
        .hasMessageContaining("ttlReadAtName");
    assertThatThrownBy(
            () ->
                export(
                    "windows",
                    request ->
                        request
                            .withWritetime("a")
                            .withTtl("a")
                            .writetimeNames("%s_x")
                            .ttlNames("%s_x")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("two columns \"a_x\"")
        .hasMessageContaining("ttlNames");
    Record row =
        only(
            export("clash", request -> request.withWritetime("v").writetimeNames("wt(%s)")),
            "id",
            1);
    assertThat(row.getField("wt(v)")).isEqualTo(5L);
    assertThat(row.getField("v_writetime")).isEqualTo(3L);
    for (String pattern : List.of("plain", "%s", "%s_%s", "")) {
      assertThatThrownBy(() -> operator.export("k", "t").writetimeNames(pattern))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("writetimeNames is \"" + pattern + "\"");
    }
    assertThatThrownBy(() -> export("windows", request -> request.writtenAfter(5).writtenBefore(6)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("1970-01-01T00:00:00.000005Z");
  }

  private void create(String table, String columns) {
    TestCluster.define("CREATE TABLE " + keyspace + "." + table + " (" + columns + ")");
  }

  /** Executes CQL with the keyspace inserted after the first INTO, UPDATE or TRUNCATE. */
  private void execute(String cql) {
    session.execute(cql.replaceFirst("(INTO|UPDATE|TRUNCATE) ", "$1 " + keyspace + "."));
  }

  private Set<Integer> ids(UnaryOperator<ExportRequest> how) {
    MemoryTarget target = new MemoryTarget();
    ExportResult result = how.apply(operator.export(keyspace, "windows")).to(target).execute();
    assertThat(result.rows()).isEqualTo(target.rows().size());
    Set<Integer> ids = new TreeSet<>();
    target.rows().forEach(row -> assertThat(ids.add((Integer) row.get("id"))).isTrue());
    return ids;
  }

  private List<Record> export(String table, UnaryOperator<ExportRequest> how) {
    List<Record> rows = new ArrayList<>();
    ExportResult result = run(how.apply(operator.export(keyspace, table)), rows);
    assertThat(result.rows()).isEqualTo(rows.size());
    return rows;
  }

  private ExportResult run(ExportRequest request, List<Record> rows) {
    String name = "export" + ++exports;
    ExportResult result =
        request.to(IcebergTarget.warehouse(warehouse).table(keyspace + "." + name)).execute();
    Warehouse.inspect(
        warehouse, TableIdentifier.of(keyspace, name), table -> rows.addAll(Warehouse.rows(table)));
    return result;
  }

  private static long time(int number) {
    return 1_700_000_000_000_000L + number;
  }

  private static Record only(List<Record> rows, String column, @Nullable Object value) {
    List<Record> found =
        rows.stream().filter(row -> Objects.equals(row.getField(column), value)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static List<String> names(Record row) {
    return row.struct().fields().stream().map(NestedField::name).toList();
  }

  private static List<@Nullable Object> fields(Object struct) {
    Record record = (Record) struct;
    Object[] values = new Object[record.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = record.get(i);
    }
    return Arrays.asList(values);
  }

  private static long expiry(Record row, String column) {
    return ((OffsetDateTime) row.getField("ttl_read_at")).toEpochSecond()
        + (Integer) row.getField(column + "_ttl");
  }
}
