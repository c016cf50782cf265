package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the traits of statements with the schema of a real cluster. */
@ClusterTest
class StatementCatalogIT {

  private static final CqlSession SESSION = TestCluster.session();
  private static String keyspace = "";

  private final StatementCatalog catalog = new StatementCatalog(SESSION);

  @BeforeAll
  static void tables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".t (p int, c int, v int, l list<int>, f frozen<list<int>>, s set<int>, m"
                + " map<int, int>, ts timestamp, u uuid, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".\"N\" (p int PRIMARY KEY, n counter)",
            "CREATE FUNCTION "
                + keyspace
                + ".plus_one(i int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS 'return i +"
                + " 1;'"));
  }

  /** Checks both the prepared statement and the simple statement. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO t (p, c, v) VALUES (1, 2, 3) | REPEATABLE",
        "INSERT INTO t (p, c, l) VALUES (1, 2, [3]) | REPEATABLE",
        "INSERT INTO t (p, c, l) VALUES (1, 2, [3]) USING TIMESTAMP 5 | ONCE",
        "INSERT INTO t (p, c, f, s) VALUES (1, 2, [3], {4}) USING TIMESTAMP 5 | REPEATABLE",
        "INSERT INTO t JSON '{\"p\": 1, \"c\": 2}' | REPEATABLE",
        "INSERT INTO t JSON '{\"p\": 1, \"c\": 2}' USING TIMESTAMP 5 | ONCE",
        "INSERT INTO t (p, c, u) VALUES (1, 2, uuid()) | ONCE",
        "INSERT INTO t (p, c, ts) VALUES (1, 2, toTimestamp(now())) | ONCE",
        "INSERT INTO t (p, c, v) VALUES (1, 2, plus_one(3)) | ONCE",
        "INSERT INTO t (p, c, ts) VALUES (1, 2, current_timestamp()) | ONCE",
        "UPDATE t SET l = l + [1] WHERE p = 1 AND c = 2 | ONCE",
        "UPDATE t SET l = [1] + l WHERE p = 1 AND c = 2 | ONCE",
        "UPDATE t SET L += [1] WHERE p = 1 AND c = 2 | ONCE",
        "UPDATE t SET l = l - [1] WHERE p = 1 AND c = 2 | REPEATABLE",
        "UPDATE t SET l[0] = 1 WHERE p = 1 AND c = 2 | ONCE",
        "UPDATE t SET s = s + {1}, m = m + {1: 2} WHERE p = 1 AND c = 2 | REPEATABLE",
        "UPDATE t SET s -= {1}, m = m - {1}, m[3] = 4 WHERE p = 1 AND c = 2 | REPEATABLE",
        "DELETE l[0] FROM t WHERE p = 1 AND c = 2 | ONCE",
        "DELETE m[0] FROM t WHERE p = 1 AND c = 2 | REPEATABLE",
        "DELETE l FROM t WHERE p = 1 AND c = 2 | REPEATABLE",
        "DELETE FROM t WHERE p = 1 | REPEATABLE",
        "UPDATE \"N\" SET n = n + 1 WHERE p = 1 | COUNTER",
        "DELETE FROM \"N\" WHERE p = 1 | COUNTER"
      })
  void findsTheKind(String text, WriteKind kind) {
    String cql = inKeyspace(text);
    SimpleStatement simple = SimpleStatement.newInstance(cql);
    PreparedStatement prepared = SESSION.prepare(cql);
    assertThat(traits(simple)).isEqualTo(kind);
    assertThat(traits(prepared.bind())).isEqualTo(kind);
    // The application's setting takes precedence, except for counters.
    boolean isCounter = kind == WriteKind.COUNTER;
    for (BatchableStatement<?> statement : List.of(simple, prepared.bind())) {
      assertThat(traits(statement.setIdempotent(true)))
          .isEqualTo(isCounter ? WriteKind.COUNTER : WriteKind.REPEATABLE);
      assertThat(traits(statement.setIdempotent(false)))
          .isEqualTo(isCounter ? WriteKind.COUNTER : WriteKind.ONCE);
    }
  }

  @Test
  void findsReadsConditionsAndWriteTimes() {
    assertThat(catalog.traits(simple("SELECT * FROM t WHERE p = 1")))
        .satisfies(
            read -> {
              assertThat(read.isRead()).isTrue();
              assertThat(read.isConditional()).isFalse();
              assertThat(read.kind()).isEqualTo(WriteKind.REPEATABLE);
            });
    assertThat(catalog.traits(simple("SELECT n FROM \"N\" WHERE p = 1")).isRead()).isTrue();
    assertThat(catalog.traits(simple("DELETE FROM t WHERE p = 1 AND c = 1 IF v = 2")))
        .satisfies(
            condition -> {
              assertThat(condition.isRead()).isFalse();
              assertThat(condition.isConditional()).isTrue();
              assertThat(condition.setsTime()).isFalse();
            });
    PreparedStatement timed =
        SESSION.prepare(
            inKeyspace("INSERT INTO t (p, c, l) VALUES (?, ?, ?) USING TTL ? AND TIMESTAMP ?"));
    assertThat(catalog.traits(timed.bind(1, 2, List.of(3), 4)).setsTime()).isFalse();
    assertThat(traits(timed.bind(1, 2, List.of(3), 4))).isEqualTo(WriteKind.REPEATABLE);
    assertThat(catalog.traits(timed.bind(1, 2, List.of(3), 4, 5L)).setsTime()).isTrue();
    assertThat(traits(timed.bind(1, 2, List.of(3), 4, 5L))).isEqualTo(WriteKind.ONCE);
    PreparedStatement named =
        SESSION.prepare(inKeyspace("DELETE FROM t USING TIMESTAMP :w WHERE p = :p"));
    assertThat(catalog.traits(named.boundStatementBuilder().setInt("p", 1).build()).setsTime())
        .isFalse();
    assertThat(
            catalog
                .traits(named.boundStatementBuilder().setInt("p", 1).setLong("w", 1).build())
                .setsTime())
        .isTrue();
    // A default timestamp is a write time too.
    assertThat(traits(simple("UPDATE t SET l = [1] WHERE p = 1 AND c = 2").setQueryTimestamp(7)))
        .isEqualTo(WriteKind.ONCE);
  }

  @Test
  void findsTheTableAndTheRow() {
    PreparedStatement insert =
        SESSION.prepare(inKeyspace("INSERT INTO t (p, c, v) VALUES (?, :c, 3)"));
    StatementTraits traits = catalog.traits(insert.bind(1, 2));
    assertThat(traits.table().name()).isEqualTo(keyspace + ".t");
    assertThat(traits.table().primaryKey())
        .containsExactlyInAnyOrder(CqlIdentifier.fromCql("p"), CqlIdentifier.fromCql("c"));
    assertThat(catalog.rowOf(insert.bind(1, 2))).isEqualTo("(p = 1, c = 2)");
    assertThat(catalog.traits(insert.bind(3, 4))).isSameAs(traits);
    String update = "UPDATE n SET v = 1 WHERE p = 1";
    // The keyspace of the statement, the session's keyspace, or an unknown one.
    try (CqlSession within =
        CqlSession.builder()
            .addContactPoints(TestCluster.get().contactPoints())
            .withLocalDatacenter(TestCluster.get().localDatacenter())
            .withKeyspace(keyspace)
            .build()) {
      StatementCatalog ofSession = new StatementCatalog(within);
      SimpleStatement counter = SimpleStatement.newInstance("UPDATE \"N\" SET n += 1 WHERE p = 1");
      assertThat(ofSession.traits(counter).kind()).isEqualTo(WriteKind.COUNTER);
      assertThat(ofSession.traits(within.prepare("DELETE FROM \"N\" WHERE p = 1").bind()).kind())
          .isEqualTo(WriteKind.COUNTER);
      assertThat(catalog.traits(counter.setKeyspace(keyspace)).kind()).isEqualTo(WriteKind.COUNTER);
      assertThat(catalog.traits(counter).kind()).isEqualTo(WriteKind.ONCE);
      assertThat(catalog.traits(counter).table().name()).isEqualTo("\"N\"");
    }
    assertThat(catalog.traits(SimpleStatement.newInstance(update)).kind())
        .isEqualTo(WriteKind.REPEATABLE);
    assertThat(catalog.rowOf(SimpleStatement.newInstance(update, Map.of())))
        .isEqualTo("UPDATE n SET v = ...");
    assertThat(catalog.traits(SimpleStatement.newInstance("TRUNCATE nothing")).kind())
        .isEqualTo(WriteKind.ONCE);
  }

  /** Values may be confidential, and texts long. */
  @Test
  void textOfARowHasNoValues() {
    String from = "INSERT INTO t (p, c, v) VALUES (:p, ?, ";
    assertThat(catalog.rowOf(SimpleStatement.newInstance(from + "?)"))).isEqualTo(from + "?)");
    for (String literal : List.of("5", "'5?'", "$$5$$", "0xff", "{'a': 5}", "['a']")) {
      assertThat(catalog.rowOf(SimpleStatement.newInstance(from + literal + ")")))
          .matches("\\QINSERT INTO t (p, c, v) VALUES (:p, ?,\\E( [\\[{])? \\.\\.\\.");
    }
    PreparedStatement prepared =
        SESSION.prepare(inKeyspace("INSERT INTO t (p, c, v) VALUES (1, 2, ?)"));
    assertThat(catalog.rowOf(prepared.bind(3)))
        .isEqualTo("INSERT INTO " + keyspace + ".t (p, c, v) VALUES ( ...");
    String longText = "INSERT INTO t (" + "p, ".repeat(100) + "c) VALUES (?, ?)";
    assertThat(catalog.rowOf(SimpleStatement.newInstance(longText)))
        .isEqualTo(longText.substring(0, 200).stripTrailing() + " ...");
  }

  @Test
  void keepsNotesOfEachStatement() {
    PreparedNotes<String> notes = new PreparedNotes<>();
    PreparedStatement one = SESSION.prepare(inKeyspace("DELETE FROM t WHERE p = ?"));
    PreparedStatement other = SESSION.prepare(inKeyspace("DELETE FROM t WHERE p = ? AND c = ?"));
    assertThat(notes.get(one)).isNull();
    notes.put(one, "first");
    notes.put(one, "one");
    assertThat(notes.get(other)).isNull();
    notes.put(other, "other");
    assertThat(notes.get(one)).isEqualTo("one");
    assertThat(notes.get(other)).isEqualTo("other");
    assertThat(notes.size()).isEqualTo(2);
  }

  private WriteKind traits(BatchableStatement<?> statement) {
    return catalog.traits(statement).kind();
  }

  private static SimpleStatement simple(String text) {
    return SimpleStatement.newInstance(inKeyspace(text));
  }

  private static String inKeyspace(String text) {
    return text.replaceFirst("(INTO|FROM|UPDATE) ", "$1 " + keyspace + ".");
  }
}
