package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.ExportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ChangingTable;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark reads each snapshot of incremental exports as the rows of that moment. */
@ClusterTest
class SparkIncrementalInterop {

  private static final int ROUNDS = 50;

  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void readsEachSnapshotAsTheRowsOfItsMoment(String formatVersion) throws Exception {
    long seed = Seeds.next();
    ChangingTable table = new ChangingTable(keyspace, "t", seed);
    Path warehouse = folder.resolve("warehouse");
    TreeMap<Integer, Collection<String>> states = new TreeMap<>();
    List<String> selects = new ArrayList<>();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      for (int round = 0; round < ROUNDS; round++) {
        boolean compares = round % 2 == 1;
        table.change(compares, round % 6 == 5);
        ExportRequest export =
            operator
                .export(keyspace, "t")
                .to(
                    IcebergTarget.warehouse(warehouse)
                        .table("lake.t")
                        .property("format-version", formatVersion)
                        .partitionBy("bucket(3, k)"))
                .incremental();
        long snapshot =
            (compares ? export.detectDeletes() : export).execute().snapshotId().orElseThrow();
        states.put(round, table.rows());
        selects.add(
            String.format(
                "SELECT %d AS round, * FROM ringhaul.lake.t VERSION AS OF %d", round, snapshot));
      }
    }

    TreeMap<Integer, Collection<String>> read = new TreeMap<>();
    states.keySet().forEach(round -> read.put(round, new TreeSet<>()));
    for (ObjectNode row : SparkProgram.in(folder).run(warehouse, selects.toArray(String[]::new))) {
      Collection<String> round = Objects.requireNonNull(read.get(row.get("round").intValue()));
      assertThat(round.add(text(row))).isTrue();
    }
    assertThat(read).as("seed %d", seed).isEqualTo(states);
  }

  private static String text(ObjectNode row) {
    List<Integer> numbers = new ArrayList<>();
    row.get("l").forEach(number -> numbers.add(number.intValue()));
    return ChangingTable.text(
        row.get("k").intValue(),
        row.get("id").textValue(),
        row.get("s").textValue(),
        row.get("v").textValue(),
        number(row.get("n")),
        row.get("l").isNull() ? null : numbers);
  }

  private static @Nullable Long number(JsonNode value) {
    return value.isNull() ? null : value.longValue();
  }
}
