package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The effect of an import on cells without a value in the source. */
@ClusterTest
class NullsIT {

  private static final String COLUMNS =
      "(p int, c int, a text, b list<int>, s text static, x int, PRIMARY KEY (p, c))";

  @TempDir private Path warehouse;

  @Test
  void nullsKeepOrDeleteCells() {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    for (String table : List.of("source", "kept", "deleted")) {
      TestCluster.define("CREATE TABLE " + keyspace + "." + table + " " + COLUMNS);
    }
    session.execute("INSERT INTO " + keyspace + ".source (p, c, a) VALUES (1, 1, 'new')");
    session.execute("INSERT INTO " + keyspace + ".source (p, c, b) VALUES (1, 2, [7])");
    session.execute("INSERT INTO " + keyspace + ".source (p, s) VALUES (2, 'static')");
    for (String table : List.of("kept", "deleted")) {
      for (int c = 1; c <= 2; c++) {
        session.execute(
            String.format(
                "INSERT INTO %s.%s (p, c, a, b, s, x) VALUES (1, %d, 'old', [1, 2], 'stays', 9)",
                keyspace, table, c));
      }
      session.execute(
          String.format(
              "INSERT INTO %s.%s (p, c, a, s) VALUES (2, 1, 'old', 'old')", keyspace, table));
    }
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      IcebergTarget target = IcebergTarget.warehouse(warehouse).table("it.nulls");
      operator.export(keyspace, "source").columns("p", "c", "a", "b", "s").to(target).execute();
      IcebergSource source = IcebergSource.warehouse(warehouse).table("it.nulls");
      ImportRequest unset = operator.importInto(keyspace, "kept").from(source);
      ImportRequest deleted =
          operator.importInto(keyspace, "deleted").from(source).nullsAsTombstones();
      assertThat(unset.execute().rows()).isEqualTo(3);
      assertThat(deleted.execute().rows()).isEqualTo(3);
    }
    assertThat(rows(session, keyspace, "kept"))
        .containsExactly(
            "[p:1, c:1, s:'stays', a:'new', b:[1,2], x:9]",
            "[p:1, c:2, s:'stays', a:'old', b:[7], x:9]",
            "[p:2, c:1, s:'static', a:'old', b:[], x:NULL]");
    // A column that is missing in the source is not changed.
    assertThat(rows(session, keyspace, "deleted"))
        .containsExactly(
            "[p:1, c:1, s:NULL, a:'new', b:[], x:9]",
            "[p:1, c:2, s:NULL, a:NULL, b:[7], x:9]",
            "[p:2, c:1, s:'static', a:'old', b:[], x:NULL]");
  }

  private static List<String> rows(CqlSession session, String keyspace, String table) {
    return session
        .execute("SELECT p, c, s, a, b, x FROM " + keyspace + "." + table + " WHERE p IN (1, 2)")
        .all()
        .stream()
        .map(row -> row.getFormattedContents())
        .toList();
  }
}
