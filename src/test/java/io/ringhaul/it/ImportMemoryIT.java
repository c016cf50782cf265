package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.cql.BatchStatement;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that an import without memory ends and says so. */
@ClusterTest
class ImportMemoryIT {

  @ParameterizedTest
  @ValueSource(strings = {"int", "counter"})
  void importThatRunsOutOfMemoryEnds(String type, @TempDir Path folder) throws IOException {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.t (p int, c int, v %s, PRIMARY KEY (p, c))", keyspace, type));
    Path file = folder.resolve("t.csv");
    Files.writeString(file, "p,c,v\n1,1,1\n1,2,2\n2,1,3\n");
    RecordingSession failing =
        new RecordingSession(
            TestCluster.session(),
            statement -> {
              if (statement instanceof BatchStatement) {
                throw new OutOfMemoryError("test");
              }
            });
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(failing.session())) {
      assertThatThrownBy(
              () ->
                  assertTimeoutPreemptively(
                      Duration.ofSeconds(30),
                      () -> operator.importInto(keyspace, "t").from(CsvSource.at(file)).execute()))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining(
              type.equals("int")
                  ? "ran out of memory"
                  : "The outcome of 2 writes is unknown (OutOfMemoryError: test)");
    }
  }
}
