package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables move between DSBulk and Ringhaul, both ways, byte for byte but for what DSBulk loses. */
@ClusterTest
class DsBulkInterop {

  private final long seed = Seeds.next();
  private final String keyspace = TestCluster.newKeyspace(3);
  private final DsBulkTable table = new DsBulkTable(keyspace, seed);
  private final TokenAwareBulkOperator operator =
      TokenAwareBulkOperator.over(TestCluster.session());

  @TempDir private Path folder;

  @AfterEach
  void close() {
    operator.close();
  }

  @Test
  void csvComesInFromDsBulk() throws Exception {
    fill((type, value) -> value);
    Path files = folder.resolve("unloaded");
    new DsBulk(folder).unload(keyspace, "things", "csv", files);
    comesIn(CsvSource.at(files).dialect(CsvDialect.DSBULK));
  }

  @Test
  void jsonComesInFromDsBulk() throws Exception {
    fill((type, value) -> value);
    Path files = folder.resolve("unloaded");
    new DsBulk(folder).unload(keyspace, "things", "json", files);
    comesIn(JsonSource.at(files));
  }

  @Test
  void csvGoesOutToDsBulk() throws Exception {
    fill(DsBulkLimits::textual);
    Path files = goesOut(CsvTarget.folder(folder.resolve("exported")).dialect(CsvDialect.DSBULK));
    ForeignProgram.Run run =
        new DsBulk(folder).load(keyspace, "clone", "csv", files, "-header", "true");
    run.requireExit(0);
    assertClone(DsBulkLimits::loadedFromCsv);
  }

  @Test
  void jsonGoesOutToDsBulk() throws Exception {
    fill(DsBulkLimits::textual);
    Path files = goesOut(JsonTarget.folder(folder.resolve("exported")));
    new DsBulk(folder)
        .load(
            keyspace, "clone", "json", files, "--connector.json.fileNamePattern", "**/part-*.json")
        .requireExit(0);
    assertClone(DsBulkLimits::loadedFromJson);
  }

  private void fill(DsBulkTable.Fate fate) {
    table.createTypes();
    table.create("things");
    table.create("clone");
    table.insert("things", fate);
  }

  private void comesIn(ImportSource source) {
    long rows = operator.importInto(keyspace, "clone").from(source).run().rows();
    assertThat(rows).as("rows, seed %d", seed).isEqualTo(table.size());
    assertClone(DsBulkLimits::unloaded);
  }

  private Path goesOut(ExportTarget target) {
    long rows = operator.exportFrom(keyspace, "things").to(target).run().rows();
    assertThat(rows).as("rows, seed %d", seed).isEqualTo(table.size());
    return folder.resolve("exported");
  }

  private void assertClone(DsBulkTable.Fate fate) {
    Map<Integer, Map<String, String>> expected = table.read("things", fate);
    Map<Integer, Map<String, String>> actual = table.read("clone", (type, value) -> value);
    assertThat(actual.keySet()).as("keys, seed %d", seed).isEqualTo(expected.keySet());
    expected.forEach(
        (id, values) ->
            assertThat(actual.get(id)).as("row %d, seed %d", id, seed).isEqualTo(values));
  }
}
