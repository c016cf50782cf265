package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the facts about texts; {@link MutationSizeIT} checks the sizes. */
class TextWeightTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO k.t (p, c, v) VALUES (?, ?, ?)",
        "insert into \"K\".\"in\"(\"p\", \"a\"\"1?\") values(?,?)",
        "UPDATE k.t USING TTL 86400 AND TIMESTAMP 5 SET v = ?, json = ? WHERE p = ?",
        "/* 'x' IN (1) */ INSERT INTO t2 (p1) -- 'what'\n VALUES (?) // IN",
        "UPDATE t SET v=? WHERE p=? AND (c1, c2) = (?, ?) AND(d = ?)"
      })
  void boundStatementsAddNothing(String cql) {
    TextWeight text = TextWeight.of(cql);
    assertThat(text.literals()).isZero();
    assertThat(text.literalBytes()).isZero();
    assertThat(text.deletedColumns()).isZero();
    assertThat(text.isOpen()).isFalse();
    assertThat(text.isNamed()).isFalse();
    assertThat(text.isDelete()).isFalse();
  }

  @Test
  void countsTheLengthOfLiterals() {
    TextWeight text =
        TextWeight.of(
            "INSERT INTO t (a, b, c, d, e, f, g, h) VALUES ('it''s ä', $$it's$$, -1.5e-7,"
                + " fed84ed0-f8f2-11ee-a951-0242ac120002, 0xcafe, true, NULL, 1y2mo)");
    assertThat(text.literals()).isEqualTo(8);
    // Length in UTF-8, including quotes.
    assertThat(text.literalBytes()).isEqualTo(10 + 8 + 6 + 36 + 6 + 4 + 4 + 5);
    assertThat(text.subtracts()).isFalse();
    assertThat(text.isOpen()).isFalse();

    TextWeight collections = TextWeight.of("UPDATE t SET l = [1, 22], m = {'a': 3} WHERE p = 4");
    assertThat(collections.literals()).isEqualTo(7);
    assertThat(collections.literalBytes()).isEqualTo(1 + 2 + 3 + 1 + 1);
  }

  @Test
  void findsColumnsAndBoundsOfADelete() {
    TextWeight text = TextWeight.of("DELETE a, \"B\", m[?] FROM k.t WHERE p = ? AND c < ?");
    assertThat(text.isDelete()).isTrue();
    assertThat(text.deletedColumns()).isEqualTo(3);
    assertThat(text.hasBounds()).isTrue();
    assertThat(text.nestedMarkers()).isEqualTo(1);
    TextWeight row = TextWeight.of("DELETE FROM k.t WHERE p = ? AND c = ?");
    assertThat(row.deletedColumns()).isZero();
    assertThat(row.hasBounds()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE t SET v = ? WHERE p IN ?",
        "DELETE FROM t WHERE p = ? AND c in(?, ?)",
        "INSERT INTO t JSON ?",
        "INSERT INTO t JSON '{\"p\": 1}'",
        "insert into t json $${}$$",
        "INSERT INTO t JSON :row",
        "INSERT INTO t JSON /* a row */ ?",
        "INSERT INTO t (p, v) VALUES (?, from_json(?))",
        "INSERT INTO t (p, v) VALUES (?, \"myFunction\" (?))",
        "INSERT INTO t (p, v) VALUES (?, \"f\" -- of p\n (?))",
        "UPDATE t SET v = ks.f(?) WHERE p = ?",
        "UPDATE t SET l = l - [1] WHERE p = ?",
        "BEGIN BATCH INSERT INTO t (p) VALUES (1) APPLY BATCH"
      })
  void findsStatementsOfUnknownSize(String cql) {
    assertThat(TextWeight.of(cql).isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t (p, v) VALUES (:p, :v)",
        "UPDATE t SET v = :\"V\" WHERE p = ?",
        "DELETE FROM t WHERE p=:p"
      })
  void findsNamedVariables(String cql) {
    assertThat(TextWeight.of(cql).isNamed()).isTrue();
  }

  @Test
  void countsSmallFunctionsAsLiterals() {
    TextWeight text =
        TextWeight.of("INSERT INTO t (p, a, b) VALUES (?, now(), currentTimestamp ())");
    assertThat(text.isOpen()).isFalse();
    assertThat(text.literals()).isEqualTo(2);
  }

  /** Invalid CQL must be read to its end too. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "'", "''", "$$", "\"", "/*", "--", "1", "-", "[", "a\"b", "insert '", "{'"})
  void readsInvalidText(String cql) {
    assertThat(TextWeight.of(cql).verb()).isEqualTo(cql.replaceAll("[^a-z].*", ""));
  }
}
