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
  void acceptsConditions(String cql) {
    assertThat(RowSelection.WhereClause.checked("  " + cql + "\n")).isEqualTo(cql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "` `                     | is empty",
        "v = 1; DROP TABLE t     | contains a semicolon",
        "v = 1 LIMIT 3           | contains LIMIT",
        "v = 1 limit 3           | contains LIMIT",
        "v = 1 PER PARTITION LIMIT 1 | contains PER PARTITION",
        "v = 1 ORDER  BY c       | contains ORDER BY",
        "v = 1 GROUP BY c        | contains GROUP BY",
        "v = 1 ALLOW FILTERING   | contains ALLOW FILTERING; use allowFiltering()",
        "v = 1 AND token (p) > 5 | contains token(); use tokenRange",
        "TOKEN(p) > 5            | contains token(); use tokenRange",
        "v = 1 -- AND            | contains a comment",
        "v = 1 // AND            | contains a comment",
        "v = 1 /* AND            | contains a comment",
        "v = 'open               | contains a quoted text without a closing quote",
        "v = \"open              | contains a quoted text without a closing quote",
        "v = $$open              | contains a quoted text without a closing quote",
        "v = 1) OR (v = 2        | closes a bracket that is not open",
        "v IN (1, [2)]           | closes a bracket that is not open",
        "v IN (1, 2              | does not close an open bracket",
        "v = ?                   | contains a bind marker",
        "v = :x                  | contains a bind marker",
        "v=:x AND w = 1          | contains a bind marker",
        "v = : x                 | contains a bind marker",
        "v = :\"X\"               | contains a bind marker",
        "v IN :list              | contains a bind marker",
        "v IN (1, :x)            | contains a bind marker",
        "v = [1, :x]             | contains a bind marker",
        "s CONTAINS {:x}         | contains a bind marker",
        "s = {1, :x}             | contains a bind marker",
        "m = {'a': :x}           | contains a bind marker",
        "m = {'a'::x}            | contains a bind marker",
        "m = {:k: 1}             | contains a bind marker",
        "m = {'a': 1, 'b' : :x}  | contains a bind marker",
        "m = {'a': (1, :x)}      | contains a bind marker",
        "m = {'a': 1} AND v = :x | contains a bind marker"
      })
  void refusesOtherText(String cql, String reason) {
    assertThatThrownBy(() -> RowSelection.WhereClause.checked(cql))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("where (" + cql.strip() + ") ")
        .hasMessageContaining(reason);
  }
}
