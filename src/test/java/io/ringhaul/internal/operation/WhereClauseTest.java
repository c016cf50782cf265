package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhereClauseTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v = 1",
        "v = 'a; LIMIT 5 -- ORDER BY'",
        "v = 'it''s'",
        "\"limit\" > 3 AND \"or\"\"der\" = 'x'",
        "v = $$ ; it's \" $$",
        "tags CONTAINS 'x' AND m['k (;'] = 4",
        "v IN (1, 2, (int)3)",
        "token = 5 AND per >= 1 AND \"group\" = 2",
        "d = -2024-01-31",
        "u = {a: 1, b: [1, 2]}",
        "m = {'a': 1} AND n = {1 :2, 3:4}",
        "m = { 'a' :x }",
        "m = {(1, 2): {'k': 'v'}, [3]: {}}",
        "m CONTAINS {a: f(b), c: true} AND v = ':x ?'",
        "v = $$ ? and :x $$ AND \":x\" = '?'",
        "d = P0001-03-02T04:10:20"
      })
  void conditions(String cql) {
    assertThat(RowSelection.WhereClause.checked("  " + cql + "\n")).isEqualTo(cql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "` `                     | is empty",
        "v = 1; DROP TABLE t     | holds a semicolon",
        "v = 1 LIMIT 3           | holds LIMIT",
        "v = 1 limit 3           | holds LIMIT",
        "v = 1 PER PARTITION LIMIT 1 | holds PER PARTITION",
        "v = 1 ORDER  BY c       | holds ORDER BY",
        "v = 1 GROUP BY c        | holds GROUP BY",
        "v = 1 ALLOW FILTERING   | holds ALLOW FILTERING; use allowFiltering()",
        "v = 1 AND token (p) > 5 | holds token(); use tokenRange",
        "TOKEN(p) > 5            | holds token(); use tokenRange",
        "v = 1 -- AND            | holds a comment",
        "v = 1 // AND            | holds a comment",
        "v = 1 /* AND            | holds a comment",
        "v = 'open               | holds a quoted text without an end",
        "v = \"open              | holds a quoted text without an end",
        "v = $$open              | holds a quoted text without an end",
        "v = 1) OR (v = 2        | closes a bracket that it does not open",
        "v IN (1, [2)]           | closes a bracket that it does not open",
        "v IN (1, 2              | opens a bracket that it does not close",
        "v = ?                   | holds a bind marker",
        "v = :x                  | holds a bind marker",
        "v=:x AND w = 1          | holds a bind marker",
        "v = : x                 | holds a bind marker",
        "v = :\"X\"               | holds a bind marker",
        "v IN :list              | holds a bind marker",
        "v IN (1, :x)            | holds a bind marker",
        "v = [1, :x]             | holds a bind marker",
        "s CONTAINS {:x}         | holds a bind marker",
        "s = {1, :x}             | holds a bind marker",
        "m = {'a': :x}           | holds a bind marker",
        "m = {'a'::x}            | holds a bind marker",
        "m = {:k: 1}             | holds a bind marker",
        "m = {'a': 1, 'b' : :x}  | holds a bind marker",
        "m = {'a': (1, :x)}      | holds a bind marker",
        "m = {'a': 1} AND v = :x | holds a bind marker"
      })
  void moreOrLessThanACondition(String cql, String reason) {
    assertThatThrownBy(() -> RowSelection.WhereClause.checked(cql))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("where (" + cql.strip() + ") ")
        .hasMessageContaining(reason);
  }
}
