package io.ringhaul.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectStatementTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT * FROM t                      | *            | .t          | ||",
        "select a, \"B\" from ks.\"T\" ;  | a B          | ks.\"T\" | ||",
        "SELECT a AS Name, b AS \"N\" FROM t | a:name b:N | .t          | ||",
        "SELECT ks.f(a, 'x, y') AS g FROM t   | ks.f(a, 'x, y'):g | .t | ||",
        "SELECT CAST(a AS text) FROM t        | CAST(a AS text) | .t       | ||",
        "SELECT json, distinct FROM t         | json distinct | .t         | ||",
        "SELECT a FROM t WHERE a > 1 AND b IN ('where', 'x') LIMIT 5 ALLOW FILTERING"
            + "| a | .t | a > 1 AND b IN ('where', 'x') | 5 | filtering",
        "SELECT a FROM t WHERE m = {'a': 1}   | a            | .t | m = {'a': 1} | |",
        "SELECT a FROM t WHERE group = 1 AND per > 2 | a     | .t | group = 1 AND per > 2 | |",
      })
  void readsParts(
      String cql, String fields, String table, String where, String limit, String filtering) {
    SelectStatement select = SelectStatement.parse(cql);
    assertThat(shown(select.fields())).isEqualTo(fields);
    assertThat(
            select.keyspace().map(name -> name.asCql(true)).orElse("")
                + "."
                + select.table().asCql(true))
        .isEqualTo(table);
    assertThat(select.where().orElse(null)).isEqualTo(where);
    assertThat(select.limit()).isEqualTo(limit == null ? 0 : Long.parseLong(limit));
    assertThat(select.allowsFiltering()).isEqualTo(filtering != null);
  }

  private static String shown(Mapping fields) {
    return fields.rest()
        ? "*"
        : fields.entries().stream()
            .map(
                entry ->
                    entry.field().text().equals(entry.column().text())
                        ? entry.column().text()
                        : entry.column() + ":" + entry.field())
            .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                 | is no SELECT",
        "INSERT INTO t (a) VALUES (1)       | is no SELECT",
        "SELECT FROM t                      | selects nothing",
        "SELECT a                           | has no table",
        "SELECT a FROM                      | has no table",
        "SELECT a FROM 't'                  | has no table",
        "SELECT a, FROM t                   | selects",
        "SELECT 1 FROM t                    | selects 1",
        "SELECT a.b FROM t                  | selects a.b",
        "SELECT a AS 'x' FROM t             | has 'x' in the place of a name",
        "SELECT JSON a FROM t               | has JSON",
        "SELECT DISTINCT a FROM t           | has DISTINCT",
        "SELECT a FROM t GROUP BY a         | has GROUP after the table",
        "SELECT a FROM t WHERE a = 1 ORDER BY b | has ORDER after the table",
        "SELECT a FROM t PER PARTITION LIMIT 1 | has PER after the table",
        "SELECT a FROM t LIMIT x            | has LIMIT x",
        "SELECT a FROM t LIMIT 0            | has LIMIT 0",
        "SELECT a FROM t ALLOW              | has ALLOW without FILTERING",
        "SELECT a FROM t; DROP TABLE t      | has ; after the table",
      })
  void refusesStatementsThatAnExportCannotRun(String cql, String reason) {
    assertThatThrownBy(() -> SelectStatement.parse(cql))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({"SELECT * FROM a.t, true", "SELECT * FROM t, true", "SELECT * FROM b.t, false"})
  void belongsToTheTableOfTheExport(String cql, boolean fits) {
    SelectStatement select = SelectStatement.parse(cql);
    CqlIdentifier keyspace = CqlIdentifier.fromInternal("a");
    CqlIdentifier table = CqlIdentifier.fromInternal("t");
    if (fits) {
      select.requireTable(keyspace, table);
    } else {
      assertThatThrownBy(() -> select.requireTable(keyspace, table))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("reads b.t, and the export a.t");
    }
  }
}
