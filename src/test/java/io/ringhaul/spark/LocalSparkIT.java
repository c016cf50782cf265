package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergSource;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A count and an export in Spark's local mode, with the jar that users get. */
@ClusterTest
class LocalSparkIT {

  private static final int ROWS = 500;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @Test
  void countsAndExportsExactly() throws Exception {
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, name text)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format("INSERT INTO %s.t (id, name) VALUES (%d, 'name %2$d')", keyspace, id));
    }

    assertThat(
            SparkApplication.compile(OperationsOnSpark.SPARK, folder)
                .start("local[2,4]", keyspace, Map.of(), "count", "iceberg")
                .end())
        .containsExactly("count: " + ROWS, "iceberg: " + ROWS);

    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(
              operator
                  .verify(keyspace, "t")
                  .against(
                      IcebergSource.warehouse(folder.resolve("iceberg")).table(keyspace + ".t"))
                  .execute()
                  .isEqual())
          .isTrue();
    }
  }
}
