package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.batch.BatchResult;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.exceptions.UnsuitableTableException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests operations on rows on a real cluster. */
@ClusterTest
class RowStatementsIT {

  private static final String ALL = "c1, c2, s, v, l, \"Odd \"\"v\"";

  private static final CqlSession SESSION = TestCluster.session();
  private static final BatchWriter WRITER = BatchWriter.over(SESSION);
  private static String keyspace = "";
  private static int p;

  @BeforeAll
  static void tables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TYPE " + keyspace + ".\"Place\" (street text, \"No\" int)",
            "CREATE TABLE "
                + keyspace
                + ".t (p int, c1 int, c2 text, s text static, v int, l list<int>, \"Odd \"\"v\""
                + " text, PRIMARY KEY (p, c1, c2)) WITH default_time_to_live = 1000",
            "CREATE TABLE " + keyspace + ".plain (k int PRIMARY KEY, v int, l list<int>)",
            "CREATE TABLE "
                + keyspace
                + ".n (p int, c int, all_of_p counter static, n counter, m counter, PRIMARY KEY (p,"
                + " c))",
            "CREATE TABLE " + keyspace + ".keys (p int, c int, PRIMARY KEY (p, c))",
            "CREATE TABLE "
                + keyspace
                + ".typed (k int PRIMARY KEY, u \"Place\", f frozen<\"Place\">, m map<text,"
                + " frozen<list<int>>>, b blob, t tuple<int, text>)",
            "CREATE TABLE " + keyspace + ".growing (k int PRIMARY KEY, v int)"));
  }

  /** Each test has a partition of its own. */
  @BeforeEach
  void another() {
    p++;
  }

  @AfterAll
  static void close() {
    WRITER.close();
  }

  /** A column that a row does not name keeps its value; a null deletes it. */
  @Test
  void keepsColumnsWithoutValue() throws InterruptedException {
    TableRow key = t(2, "x");
    run(Operation.insert(key.with("v", 3).with("l", List.of(4, 5)).with("\"Odd \"\"v\"", "o")));
    run(Operation.insert(key.with("s", "static").with("v", null)));
    run(Operation.update(key.with("\"Odd \"\"v\"", null).with("s", "other")));
    assertThat(inT(ALL)).containsExactly("2 'x' 'other' NULL [4,5] NULL");

    run(Operation.update(t(3, "y").with("v", 7)));
    run(Operation.update(t(3, "y").with("v", null)));
    run(Operation.insert(t(4, "z")));
    // A row that was only updated exists through its values; an inserted row exists without any.
    assertThat(inT(ALL))
        .containsExactly("2 'x' 'other' NULL [4,5] NULL", "4 'z' 'other' NULL NULL NULL");
  }

  @Test
  void rejectsMaterializedView() {
    TestCluster.define(
        String.format(
            "CREATE MATERIALIZED VIEW %1$s.plain_by_v AS SELECT * FROM %1$s.plain"
                + " WHERE v IS NOT NULL AND k IS NOT NULL PRIMARY KEY (v, k)",
            keyspace));
    TableRow row = TableRow.of(keyspace, "plain_by_v").with("v", 1).with("k", 1);
    assertThatThrownBy(() -> run(Operation.insert(row)))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("is a materialized view and cannot be written");
  }

  /** Values may be confidential. */
  @Test
  void toStringOmitsValues() {
    assertThat(Operation.update(t(2, "x")).ifEquals("v", "secret"))
        .asString()
        .contains("UPDATE", "v")
        .doesNotContain("secret");
  }

  @Test
  void preparesEachTableAndVerbOnce() {
    RowStatements statements = new RowStatements(SESSION);
    BoundStatement one = statements.bind(Operation.insert(t(2, "x").with("v", 3)));
    BoundStatement other =
        statements.bind(Operation.insert(t(3, "").with("s", "s").ttl(Duration.ofDays(1))));
    assertThat(one.getPreparedStatement()).isSameAs(other.getPreparedStatement());
    assertThat(one.getPreparedStatement().getQuery())
        .isEqualTo(
            "INSERT INTO \""
                + keyspace
                + "\".\"t\" (\"p\", \"c1\", \"c2\", \"Odd \"\"v\", \"l\", \"v\", \"s\") VALUES (?,"
                + " ?, ?, ?, ?, ?, ?) USING TTL ? AND TIMESTAMP ?");
    assertThat(one.getRoutingKey()).isNotNull();
    assertThat(one.isIdempotent()).isTrue();
  }

  /** Writing a list twice with one write time doubles it, so the statement is not idempotent. */
  @Test
  void listWithWriteTimeIsNotIdempotent() {
    RowStatements statements = new RowStatements(SESSION);
    TableRow row = plain().with("l", List.of(1));
    assertThat(statements.bind(Operation.insert(row)).isIdempotent()).isTrue();
    assertThat(statements.bind(Operation.insert(row.writeTime(Instant.EPOCH))).isIdempotent())
        .isFalse();
    assertThat(
            statements
                .bind(Operation.insert(row.with("l", null).writeTime(Instant.EPOCH)))
                .isIdempotent())
        .isTrue();
  }

  @Test
  void timesToLive() throws InterruptedException {
    run(Operation.insert(t(1, "default").with("v", 1)));
    run(Operation.insert(t(1, "never").with("v", 1).ttl(Duration.ZERO)));
    run(Operation.insert(t(1, "soon").with("v", 1).ttl(Duration.ofMillis(50_999))));
    run(Operation.update(t(1, "updated").with("v", 1).ttl(Duration.ZERO)));
    run(Operation.insert(t(1, "long").with("v", 1).ttl(Duration.ofDays(365))));
    Map<String, Integer> left =
        SESSION.execute("SELECT c2, ttl(v) FROM " + keyspace + ".t WHERE p = " + p).all().stream()
            .collect(
                Collectors.toMap(
                    row -> Objects.requireNonNull(row.getString(0)),
                    row -> row.isNull(1) ? 0 : row.getInt(1)));
    assertThat(left).containsEntry("never", 0).containsEntry("updated", 0).hasSize(5);
    assertThat(left.get("default")).isBetween(900, 1000);
    assertThat(left.get("soon")).isBetween(1, 50);
    assertThat(left.get("long")).isBetween(365 * 86_400 - 100, 365 * 86_400);
  }

  @Test
  void writeTimes() throws InterruptedException {
    Instant then = Instant.parse("2020-01-02T03:04:05.678901999Z");
    run(Operation.insert(plain().with("v", 1).writeTime(then)));
    assertThat(rows("SELECT v, writetime(v) FROM " + keyspace + ".plain WHERE k = " + p))
        .containsExactly("1 1577934245678901");
    run(Operation.update(plain().with("v", 2).writeTime(then.minusMillis(1))));
    run(Operation.delete(plain().writeTime(then.minusMillis(1))));
    assertThat(rows("SELECT v FROM " + keyspace + ".plain WHERE k = " + p)).containsExactly("1");
    run(Operation.delete(plain().writeTime(then)));
    assertThat(rows("SELECT v FROM " + keyspace + ".plain WHERE k = " + p)).isEmpty();
  }

  /** A partition may have static values and no row. */
  @Test
  void staticValuesAlone() throws InterruptedException {
    TableRow partition = row("t").with("p", p);
    run(Operation.insert(partition.with("s", "one")));
    assertThat(inT(ALL)).containsExactly("NULL NULL 'one' NULL NULL NULL");
    run(Operation.insert(partition.with("c1", null).with("c2", null).with("s", "two")));
    assertThat(inT(ALL)).containsExactly("NULL NULL 'two' NULL NULL NULL");
    run(Operation.update(partition.with("s", "three")));
    assertThat(inT(ALL)).containsExactly("NULL NULL 'three' NULL NULL NULL");
    run(Operation.update(t(1, "no row").with("s", "four")));
    assertThat(inT(ALL)).containsExactly("NULL NULL 'four' NULL NULL NULL");
    run(Operation.update(partition.with("s", null)));
    assertThat(inT(ALL)).isEmpty();
  }

  @Test
  void counters() throws InterruptedException {
    TableRow key = row("n").with("p", p).with("c", 2);
    run(Operation.update(key.with("n", 5L)), Operation.update(key.with("n", 6L).with("m", -1L)));
    run(Operation.update(key.with("n", -1L).with("all_of_p", 10L)));
    run(Operation.update(row("n").with("p", p).with("all_of_p", 3L)));
    assertThat(rows("SELECT c, all_of_p, n, m FROM " + keyspace + ".n WHERE p = " + p))
        .containsExactly("2 13 10 -1");
    refused(
        Operation.insert(key.with("n", 1L)),
        UnsuitableBatchException.class,
        "Counters cannot be inserted; use an update: "
            + keyspace
            + ".n, row (p = "
            + p
            + ", c = 2)");
    refused(
        Operation.update(key.with("n", 1L).with("m", null)),
        UnsuitableBatchException.class,
        "The increment of counter m is null");
    refused(
        Operation.update(key.with("n", 1L).ttl(Duration.ZERO)),
        UnsuitableBatchException.class,
        "Counters have neither");
    refused(
        Operation.update(key.with("n", 1L).writeTime(Instant.EPOCH)),
        UnsuitableBatchException.class,
        "Counters have neither");
    refused(
        Operation.update(key.with("n", 1L)).ifExists(),
        UnsuitableBatchException.class,
        "Counter updates cannot have a condition");
    run(Operation.delete(key));
    assertThat(rows("SELECT c, all_of_p FROM " + keyspace + ".n WHERE p = " + p))
        .containsExactly("NULL 13");
  }

  @Test
  void deletes() throws InterruptedException {
    for (int c = 1; c <= 3; c++) {
      run(Operation.insert(t(c, "a").with("s", "s")), Operation.insert(t(c, "b").with("v", 1)));
    }
    run(Operation.delete(t(1, "a")));
    run(Operation.delete(row("t").with("p", p).with("c1", 2)));
    assertThat(inT("c1, c2, s")).containsExactly("1 'b' 's'", "3 'a' 's'", "3 'b' 's'");
    refused(
        Operation.delete(row("t").with("p", p).with("c1", 3).with("c2", null)),
        UnrepresentableValueException.class,
        "There is no value for c2, which is part of the primary key: "
            + keyspace
            + ".t, row (p = "
            + p
            + ", c1 = 3, c2 = no value)");
    refused(
        Operation.delete(row("t").with("p", p).with("c2", "a")),
        UnrepresentableValueException.class,
        "no value for c1");
    refused(
        Operation.delete(row("t").with("c1", 1)),
        UnrepresentableValueException.class,
        "no value for p, c2");
    refused(
        Operation.delete(t(3, "a").with("v", 1)),
        UnsuitableBatchException.class,
        "A delete takes values for the primary key only");
    refused(
        Operation.delete(t(3, "a").ttl(Duration.ZERO)),
        UnsuitableBatchException.class,
        "A delete takes no time to live");
    refused(
        Operation.delete(row("t").with("p", p)).ifExists(),
        UnsuitableBatchException.class,
        "A delete with a condition needs values for all clustering columns");
    assertThat(inT("c1")).hasSize(3);
    run(Operation.delete(row("t").with("p", p)));
    assertThat(inT("c1")).isEmpty();
  }

  @Test
  void conditionsOnExistence() throws InterruptedException {
    TableRow row = t(2, "x").with("v", 3).ttl(Duration.ZERO);
    assertThat(run(Operation.update(row).ifExists()).applied()).isFalse();
    assertThat(run(Operation.insert(row).ifNotExists()).applied()).isTrue();
    BatchResult second = run(Operation.insert(row.with("v", 4).with("s", "s")).ifNotExists());
    assertThat(second.applied()).isFalse();
    assertThat(second.existing()).hasSize(1);
    assertThat(second.existing().get(0).getBoolean("[applied]")).isFalse();
    assertThat(second.existing().get(0).getInt("v")).isEqualTo(3);
    assertThat(second.answers()).hasSize(1);
    assertThat(second.answers().get(0).rows()).hasSize(1);
    assertThat(inT("c1, c2, s, v, ttl(v)")).containsExactly("2 'x' NULL 3 NULL");
    assertThat(run(Operation.update(row.with("v", 5)).ifExists()).applied()).isTrue();
    assertThat(run(Operation.delete(t(2, "y")).ifExists()).applied()).isFalse();
    assertThat(inT("v")).containsExactly("5");
    assertThat(run(Operation.delete(t(2, "x")).ifExists()).applied()).isTrue();
    assertThat(inT("v")).isEmpty();
    TableRow partition = row("t").with("p", -p).with("s", "s");
    assertThat(run(Operation.insert(partition).ifNotExists()).applied()).isTrue();
    assertThat(run(Operation.insert(partition).ifNotExists()).applied()).isFalse();
  }

  @Test
  void conditionsOnValues() throws InterruptedException {
    TableRow row = t(2, "x");
    run(Operation.insert(row.with("v", 3).with("s", "s")));
    RowOperation update = Operation.update(row.with("v", 4));
    BatchResult met = run(update.ifEquals("v", 7));
    assertThat(met.applied()).isFalse();
    assertThat(met.existing().get(0).getInt("v")).isEqualTo(3);
    assertThat(run(update.ifEquals("v", 3).ifEquals("s", "t")).applied()).isFalse();
    assertThat(run(update.ifEquals("v", null)).applied()).isFalse();
    assertThat(run(update.ifEquals("v", 3).ifEquals("\"Odd \"\"v\"", null)).applied()).isTrue();
    assertThat(inT("v")).containsExactly("4");
    TableRow statics = row("t").with("p", p).with("s", "new");
    assertThat(run(Operation.update(statics).ifEquals("s", "old")).applied()).isFalse();
    assertThat(run(Operation.update(statics).ifEquals("s", "s")).applied()).isTrue();
    assertThat(run(Operation.delete(row).ifEquals("v", 5)).applied()).isFalse();
    assertThat(run(Operation.delete(row).ifEquals("v", 4)).applied()).isTrue();
    assertThat(inT("c1, s")).containsExactly("NULL 'new'");
  }

  /** Several writes of one partition with one condition are applied together or not at all. */
  @Test
  void conditionAppliesToSeveralWrites() throws InterruptedException {
    run(Operation.insert(t(1, "version").with("v", 1)));
    RowOperation version = Operation.update(t(1, "version").with("v", 2)).ifEquals("v", 1);
    RowOperation data = Operation.insert(t(2, "data").with("v", 9));
    assertThat(run(version, data).applied()).isTrue();
    BatchResult again = run(version, Operation.insert(t(3, "data").with("v", 9)));
    assertThat(again.applied()).isFalse();
    assertThat(again.existing()).hasSize(1);
    assertThat(inT("c1, v")).containsExactly("1 2", "2 9");
    refused(
        List.of(version, Operation.insert(t(4, "d").writeTime(Instant.EPOCH))),
        UnsuitableBatchException.class,
        "A conditional write cannot set a write time");
  }

  @Test
  void rejectsContradictoryOperations() {
    TableRow row = t(2, "x").with("v", 3);
    String named = ": " + keyspace + ".t, row (p = " + p + ", c1 = 2, c2 = 'x')";
    refused(
        Operation.insert(row.writeTime(Instant.EPOCH)).ifNotExists(),
        UnsuitableBatchException.class,
        "A conditional write cannot set a write time, because Paxos sets it" + named);
    refused(
        Operation.insert(row).ifExists(),
        UnsuitableBatchException.class,
        "The only condition of an insert is ifNotExists()" + named);
    refused(
        Operation.insert(row).ifEquals("v", 1),
        UnsuitableBatchException.class,
        "The only condition of an insert is ifNotExists()" + named);
    refused(
        Operation.update(row).ifNotExists(),
        UnsuitableBatchException.class,
        "ifNotExists() applies to inserts only, not to updates and deletes" + named);
    refused(
        Operation.update(row).ifExists().ifEquals("v", 3),
        UnsuitableBatchException.class,
        "cannot be combined with ifExists() or ifNotExists(); remove one of them" + named);
    refused(
        Operation.update(row).ifEquals("c1", 2),
        UnsuitableBatchException.class,
        "A condition cannot use c1, a column of the primary key" + named);
    refused(
        Operation.update(t(2, "x")),
        UnsuitableBatchException.class,
        "An update needs a value for a column outside of the primary key" + named);
    refused(
        Operation.update(row("keys").with("p", 1).with("c", 1)),
        UnsuitableBatchException.class,
        "An update needs a value");
    for (Duration ttl :
        List.of(
            Duration.ofSeconds(-1),
            Duration.ofMillis(999),
            Duration.ofNanos(-1),
            Duration.ofSeconds(630_720_001),
            Duration.ofSeconds(Long.MAX_VALUE))) {
      refused(
          Operation.insert(row.ttl(ttl)),
          InvalidSettingException.class,
          "The time to live is "
              + ttl
              + "; it takes 1 second to 20 years (630,720,000 seconds), or zero for no expiry"
              + named);
    }
    refused(
        Operation.insert(row.writeTime(Instant.MAX)),
        InvalidSettingException.class,
        "does not fit into 64 bits of microseconds" + named);
  }

  @Test
  void rejectsValuesThatDoNotFitTheTable() {
    String named = ": " + keyspace + ".t, row (p = " + p + ", c1 = 2, c2 = 'x')";
    refused(
        Operation.insert(t(2, "x").with("w", 1)),
        UnsuitableTableException.class,
        "There is no column w (the table has p, c1, c2, \"Odd \"\"v\", l, v, s)" + named);
    refused(
        Operation.insert(t(2, "x").with("\"V\"", 1)),
        UnsuitableTableException.class,
        "There is no column \"V\"");
    refused(
        Operation.update(t(2, "x").with("v", 1)).ifEquals("w", 1),
        UnsuitableTableException.class,
        "There is no column w");
    refused(
        Operation.insert(t(2, "x").with("v", "3")),
        UnrepresentableValueException.class,
        "The value for v is a java.lang.String that cannot be converted to type int");
    refused(Operation.insert(t(2, "x").with("v", "3")), UnrepresentableValueException.class, named);
    refused(
        Operation.update(t(2, "x").with("v", 1)).ifEquals("v", 2L),
        UnrepresentableValueException.class,
        "The value for v is a java.lang.Long");
    refused(
        Operation.insert(t(2, "x").with("l", Arrays.asList(1, null))),
        UnrepresentableValueException.class,
        "The value for l is a");
    refused(
        Operation.insert(t(2, "x").with("l", List.of(1, "2"))),
        UnrepresentableValueException.class,
        "The value for l is a");
    refused(
        Operation.insert(row("t").with("p", "one").with("c1", 2).with("c2", "x")),
        UnrepresentableValueException.class,
        "row (p = a java.lang.String, c1 = 2, c2 = 'x')");
    refused(
        Operation.insert(row("t").with("p", p).with("v", 2)),
        UnrepresentableValueException.class,
        "There is no value for c1, c2, which is part of the primary key: "
            + keyspace
            + ".t, row (p = "
            + p
            + ", c1 = no value, c2 = no value)");
    refused(
        Operation.insert(row("t").with("p", p)),
        UnrepresentableValueException.class,
        "There is no value for c1, c2");
    refused(
        Operation.insert(row("t").with("p", null).with("s", "x")),
        UnrepresentableValueException.class,
        "There is no value for p, c1, c2");
    refused(
        Operation.insert(row("t").with("p", p).with("c1", 1).with("s", "x")),
        UnrepresentableValueException.class,
        "There is no value for c2");
    refused(
        Operation.insert(row("\"T\"").with("p", 1)),
        UnsuitableTableException.class,
        "Table \"T\" does not exist in keyspace " + keyspace + "; did you mean t?");
    refused(
        Operation.insert(TableRow.of("nowhere", "t").with("p", 1)),
        UnsuitableTableException.class,
        "Keyspace nowhere does not exist");
  }

  @Test
  void valuesOfManyTypes() throws InterruptedException {
    UserDefinedType place =
        SESSION
            .getMetadata()
            .getKeyspace(keyspace)
            .flatMap(ks -> ks.getUserDefinedType("\"Place\""))
            .orElseThrow();
    UdtValue value = place.newValue().setString("street", "Elm").setInt("\"No\"", 5);
    run(
        Operation.insert(
            row("typed")
                .with("k", p)
                .withAll(
                    Map.of(
                        "u", value,
                        "f", value.setToNull("\"No\""),
                        "m", Map.of("a", List.of(1, 2)),
                        "b", ByteBuffer.wrap(new byte[] {1, 2})))));
    assertThat(rows("SELECT u, f, m, b, t FROM " + keyspace + ".typed WHERE k = " + p))
        .containsExactly(
            "{street:'Elm',\"No\":NULL} {street:'Elm',\"No\":NULL} {'a':[1,2]} 0x0102 NULL");
    refused(
        Operation.insert(row("typed").with("k", p).with("u", Map.of("street", "Elm"))),
        UnrepresentableValueException.class,
        "The value for u is a java.util");
    refused(
        Operation.insert(row("typed").with("k", p).with("t", value)),
        UnrepresentableValueException.class,
        "that cannot be converted to type frozen<tuple<int, text>>");
  }

  /** A column that is added later is known at once. */
  @Test
  void acceptsAddedColumn() throws InterruptedException {
    TableRow row = row("growing").with("k", 1).with("v", 2);
    run(Operation.insert(row));
    refused(
        Operation.insert(row.with("w", 3)), UnsuitableTableException.class, "There is no column w");
    TestCluster.define("ALTER TABLE " + keyspace + ".growing ADD w int");
    run(Operation.insert(row.with("w", 3)));
    assertThat(rows("SELECT k, v, w FROM " + keyspace + ".growing")).containsExactly("1 2 3");
  }

  private static BatchResult run(Operation... operations) throws InterruptedException {
    return WRITER.execute(List.of(operations), BatchType.UNLOGGED);
  }

  private static void refused(
      Operation operation, Class<? extends BulkOperationException> type, String words) {
    refused(List.of(operation), type, words);
  }

  private static void refused(
      List<Operation> operations, Class<? extends BulkOperationException> type, String words) {
    assertThatThrownBy(() -> WRITER.execute(operations, BatchType.UNLOGGED))
        .isInstanceOf(type)
        .hasMessageContaining(words);
  }

  private static TableRow row(String table) {
    return TableRow.of(keyspace, table);
  }

  private static TableRow t(int c1, String c2) {
    return row("t").with("p", p).with("c1", c1).with("c2", c2);
  }

  private static TableRow plain() {
    return row("plain").with("k", p);
  }

  private static List<String> inT(String columns) {
    return rows("SELECT " + columns + " FROM " + keyspace + ".t WHERE p = " + p);
  }

  private static List<String> rows(String cql) {
    return SESSION.execute(cql).all().stream().map(RowStatementsIT::text).toList();
  }

  private static String text(Row row) {
    return IntStream.range(0, row.size())
        .mapToObj(
            i ->
                row.isNull(i)
                    ? "NULL"
                    : row.codecRegistry().codecFor(row.getType(i)).format(row.getObject(i)))
        .collect(Collectors.joining(" "));
  }
}
