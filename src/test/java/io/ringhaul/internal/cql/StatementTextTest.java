package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.cql.CqlTokens.Token;
import io.ringhaul.internal.cql.StatementText.Verb;
import io.ringhaul.seeds.Seeds;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the facts read from statements, including unusual ones. */
class StatementTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT a FROM t | SELECT",
        "select a from t | SELECT",
        "`  \n\t Insert INTO t (a) VALUES (?)` | INSERT",
        "`-- UPDATE t\nDELETE FROM t WHERE a = 1` | DELETE",
        "`// x\r/* SELECT */ /**/ UPDATE t SET a = 1 WHERE b = 2` | UPDATE",
        "BEGIN BATCH INSERT INTO t (a) VALUES (1) APPLY BATCH | OTHER",
        "TRUNCATE t | OTHER",
        "\"SELECT\" a FROM t | OTHER",
        "selection | OTHER",
        "-- nothing | OTHER",
        "`` | OTHER"
      })
  void findsTheVerb(String cql, Verb verb) {
    assertThat(StatementText.of(cql).verb()).isEqualTo(verb);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "UPDATE t SET v = 1 WHERE k in (1, ?) | [k]",
        "UPDATE t SET v = 1 WHERE a = 1 AND \"B\" IN ? AND c IN :in | [B, c]",
        "DELETE FROM t WHERE k IN (?) IF v IN (1, 2) | [k]",
        "DELETE FROM t WHERE k = ? AND (a, b) IN ((1, 2)) | []",
        "UPDATE t SET v = 'WHERE k IN (1)' WHERE k = 1 IF v IN (1, 2) | []",
        "INSERT INTO t (k, \"in\") VALUES (1, 2) | []"
      })
  void findsColumnsWithSeveralValues(String cql, String columns) {
    assertThat(names(StatementText.of(cql).listed())).hasToString(columns);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT a, b FROM t WHERE a = 1 | | t",
        "SELECT JSON * FROM Ks.T | ks | t",
        "SELECT \"from\", cast(a AS int) FROM \"Ks\".\"T t\" | Ks | T t",
        "INSERT INTO ks.t(a) VALUES (1) | ks | t",
        "INSERT INTO \"a\"\"b\" (a) VALUES (1) | | a\"b",
        "INSERT /* INTO x */ INTO ks . t JSON '{\"into\": 1}' | ks | t",
        "UPDATE \"update\".\"set\" SET a = 'FROM x' WHERE b = 1 | update | set",
        "UPDATE t USING TTL 5 SET a = 1 WHERE b = 2 | | t",
        "DELETE FROM ks.t WHERE a = 1 | ks | t",
        "DELETE a, l[0], m['FROM'], u.f FROM ks.\"t.u\" WHERE a = 1 | ks | t.u",
        "`DELETE a -- FROM x\n FROM y WHERE a = 1` | | y"
      })
  void findsTheTable(String cql, String keyspace, String table) {
    StatementText text = StatementText.of(cql);
    assertThat(text.keyspace().map(CqlIdentifier::asInternal).orElse(null)).isEqualTo(keyspace);
    assertThat(text.table().map(CqlIdentifier::asInternal)).hasValue(table);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t (a) VALUES (1) IF NOT EXISTS",
        "INSERT INTO t (a) VALUES ('x''y') if not exists USING TTL 5",
        "UPDATE t SET a = 1 WHERE b = 1 IF EXISTS",
        "UPDATE t SET a = ? WHERE b = ?IF a=?",
        "DELETE FROM t WHERE b = 1 If/**/a = 2",
        "UPDATE t SET a = $$ -- ' $$ WHERE b = 1 IF a = 1"
      })
  void findsAConditionalClause(String cql) {
    assertThat(StatementText.of(cql).isConditional()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t (a) VALUES (' IF NOT EXISTS')",
        "INSERT INTO t (a) VALUES ('it''s IF ') -- IF NOT EXISTS",
        "INSERT INTO t (a) VALUES ($$ ' IF $ IF $$)",
        "UPDATE \"if\".\"IF\" SET \"if\" = 1 WHERE \" IF \" = 2",
        "UPDATE t SET a = :if WHERE b = :\"IF\"",
        "UPDATE t SET a = 1 /* IF */ WHERE b = 1 // IF EXISTS",
        "UPDATE t SET iffy = 1, if_ = 2, xif = 3 WHERE b = 1",
        "UPDATE t SET u = {\"if\": 'IF'} WHERE b = 1",
        "DELETE FROM t WHERE a = '",
        "INSERT INTO t (a) VALUES ('\\') /* IF NOT EXISTS",
        "INSERT INTO t (a) VALUES ('/*') // '*/ IF"
      })
  void findsNoConditionalClause(String cql) {
    assertThat(StatementText.of(cql).isConditional()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO t (a) VALUES (1) USING TIMESTAMP 5 | true |",
        "INSERT INTO t (a) VALUES (1) USING TTL ? AND TIMESTAMP ? | true | [timestamp]",
        "UPDATE t USING TIMESTAMP :w AND TTL :ttl SET a = 1 WHERE b = 1 | true | w",
        "UPDATE t USING TTL :\"Ttl\" AND timestamp :\"W\" SET a = 1 WHERE b = 1 | true | W",
        "DELETE FROM t USING TIMESTAMP ? WHERE b = 1 | true | [timestamp]",
        "INSERT INTO t (timestamp) VALUES (?) USING TTL :timestamp | false |",
        "UPDATE t SET timestamp = 1, ttl = 2 WHERE \"using\" = 'USING TIMESTAMP 3' | false |",
        "DELETE timestamp FROM t WHERE b = 1 /* USING TIMESTAMP 5 */ | false |"
      })
  void findsTheWriteTime(String cql, boolean setsTime, String variable) {
    StatementText text = StatementText.of(cql);
    assertThat(text.setsTime()).isEqualTo(setsTime);
    assertThat(text.timeVariable().map(CqlIdentifier::asInternal).orElse(null)).isEqualTo(variable);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "l = l + ? | added l",
        "l = ? + l | added l",
        "l += ? | added l",
        "l=l+[1,2] | added l",
        "L = ['+', 'l'] + l | added l",
        "c = c - ? | taken c",
        "c = c -1 | taken c",
        "c -= :c | taken c",
        "\"C\" = \"C\" + 1, c = c - 1 | added C, taken c",
        "l[?] = ? | indexed l",
        "m['a + l'] = ? | indexed m",
        "u.f = ? | ",
        "u.f = ?, v = -1 | assigned v",
        "v = -1, w = 'w + w' | assigned v, assigned w",
        "v = {1: 2, 3 : 4}, s = {'a,b', 'c'} | assigned s, assigned v",
        "deadbeef = deadbeef-0000-0000-0000-00000000beef | assigned deadbeef",
        "deadbeef = deadbeef -1 | taken deadbeef",
        "v = ?, l = l /* + */ + /* - */ ? | added l, assigned v",
        "v = f(v + 1) | assigned v",
        "v = :v, w = :\"w\" | assigned v, assigned w",
        "d = 1h30m, e = 1.5e-3, f = 0xe-1 | assigned d, assigned e, assigned f",
        "v = $$v + v$$ | assigned v"
      })
  void findsAssignments(String set, String expected) {
    StatementText text =
        StatementText.of("UPDATE ks.t USING TTL 1 SET " + set + " WHERE a = a + 1");
    String found =
        List.of(
                names("added", text.addedTo()),
                names("assigned", text.assigned()),
                names("indexed", text.indexed()),
                names("taken", text.takenFrom()))
            .stream()
            .flatMap(Collection::stream)
            .collect(Collectors.joining(", "));
    assertThat(found).isEqualTo(expected == null ? "" : expected);
  }

  @Test
  void findsInsertedAndDeletedColumns() {
    assertThat(StatementText.of("INSERT INTO k.t (a, \"B\", C) VALUES (?, ?, ?)").assigned())
        .isEqualTo(Set.of(id("a"), id("B"), id("c")));
    assertThat(StatementText.of("INSERT INTO k.t JSON ? DEFAULT UNSET").isJson()).isTrue();
    assertThat(StatementText.of("INSERT INTO k.t(json) VALUES (?)").isJson()).isFalse();
    assertThat(StatementText.of("DELETE a, L[?], m['x'], u.f FROM t WHERE k IN (1)").indexed())
        .isEqualTo(Set.of(id("l"), id("m")));
    assertThat(StatementText.of("DELETE FROM t WHERE k = 1").indexed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO t (a) VALUES (now()) | now,values",
        "INSERT INTO ks.uuid (now, uuid) VALUES (?, ?) | values",
        "INSERT INTO uuid(now) VALUES (uuid ()) | uuid,values",
        "UPDATE t SET m = {'a': now()} WHERE b = 1 | now",
        "UPDATE t SET m = {'a' :uuid()} WHERE b = toTimestamp(system.now()) | now,totimestamp,uuid",
        "UPDATE t SET m = {:k : uuid()} WHERE b = 1 | uuid",
        "UPDATE t SET m = {? : :uuid} WHERE b = :now | ",
        "UPDATE t SET a = 'now()' WHERE b = 1 -- uuid() | ",
        "UPDATE t SET now = 1 WHERE uuid IN (1) | in"
      })
  void findsFunctionCalls(String cql, String calls) {
    assertThat(String.join(",", names(StatementText.of(cql).calls())))
        .isEqualTo(calls == null ? "" : calls);
  }

  /** Large values and invalid CQL must not cause a failure. */
  @Test
  void acceptsAnyText() {
    String large = "x''y".repeat(250_000);
    assertThat(StatementText.of("INSERT INTO t (a) VALUES ('" + large + "') IF NOT EXISTS"))
        .satisfies(text -> assertThat(text.isConditional()).isTrue());
    assertThat(CqlTokens.of("0x" + "ff".repeat(500_000))).hasSize(1);
    String[] parts = {
      "UPDATE",
      "INSERT INTO",
      "DELETE",
      "FROM",
      "SET",
      "WHERE",
      "IF",
      "USING",
      "TIMESTAMP",
      "AND",
      "t",
      ".",
      ",",
      "=",
      "+",
      "-",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      ":",
      "?",
      "'",
      "\"",
      "$$",
      "/*",
      "*/",
      "--",
      "\n",
      " ",
      "1",
      "é",
      "0x",
      "e-"
    };
    Seeds.each(
        5_000,
        random -> {
          String cql =
              random
                  .ints(random.nextInt(30), 0, parts.length)
                  .mapToObj(i -> parts[i] + (random.nextBoolean() ? " " : ""))
                  .collect(Collectors.joining());
          assertThat(StatementText.of(cql).verb()).isNotNull();
        });
  }

  /** Without the gaps between tokens, the tokens are the text. */
  @Test
  void tokensAreCompleteText() {
    Seeds.each(
        500,
        random -> {
          List<String> words =
              Arrays.asList(
                  "a", "\"b\"\"c\"", "'d''e'", "12.5e-3", "0xAB", "?", ":f", "$$ g $$", "=");
          List<String> chosen = random.ints(20, 0, words.size()).mapToObj(words::get).toList();
          String cql = chosen.stream().map(w -> w + gap(random)).collect(Collectors.joining());
          assertThat(CqlTokens.of(cql)).extracting(Token::text).isEqualTo(chosen);
        });
  }

  private static String gap(Random random) {
    return List.of(" ", "\n", "/* ' */", "-- \" x\n", "// $$\r").get(random.nextInt(5));
  }

  private static List<String> names(String what, Set<CqlIdentifier> columns) {
    return columns.stream().map(column -> what + " " + column.asInternal()).sorted().toList();
  }

  private static CqlIdentifier id(String internal) {
    return CqlIdentifier.fromInternal(internal);
  }

  private static List<String> names(Collection<CqlIdentifier> identifiers) {
    return identifiers.stream().map(CqlIdentifier::asInternal).sorted().toList();
  }
}
