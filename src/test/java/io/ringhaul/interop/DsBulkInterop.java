package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Moves values between the command lines of DSBulk and Ringhaul in both directions. All values are
 * restored byte for byte, except those that DSBulk cannot represent.
 */
@ClusterTest
class DsBulkInterop {

  private static final List<String> CSV = List.of("--format", "csv", "--dialect", "dsbulk");
  private static final List<String> JSON = List.of("--format", "json");

  private final long seed = Seeds.next();
  private final String keyspace = TestCluster.newKeyspace(3);
  private final DsBulkTable table = new DsBulkTable(keyspace, seed);

  @TempDir private Path folder;

  @Test
  void importsCsvFromDsBulk() throws Exception {
    comesIn("csv", CSV);
  }

  @Test
  void importsJsonFromDsBulk() throws Exception {
    comesIn("json", JSON);
  }

  @Test
  void exportsCsvToDsBulk() throws Exception {
    goesOut(CSV, "csv", "-header", "true");
    assertClone(DsBulkLimits::loadedFromCsv);
  }

  @Test
  void exportsJsonToDsBulk() throws Exception {
    // Without this setting, DSBulk reads _manifest.json as a record.
    goesOut(JSON, "json", "--connector.json.fileNamePattern", "**/part-*.json");
    assertClone(DsBulkLimits::loadedFromJson);
  }

  private void comesIn(String connector, List<String> format) throws Exception {
    fill((type, value) -> value);
    Path files = folder.resolve("unloaded");
    new DsBulk(folder).unload(keyspace, "things", connector, files);
    new RinghaulProgram(folder).run("import", keyspace, "clone", files, format);
    assertClone(DsBulkLimits::unloaded);
  }

  private void goesOut(List<String> format, String connector, String... settings) throws Exception {
    fill(DsBulkLimits::textual);
    Path files = folder.resolve("exported");
    new RinghaulProgram(folder).run("export", keyspace, "things", files, format);
    new DsBulk(folder).load(keyspace, "clone", connector, files, settings).requireExit(0);
  }

  private void fill(DsBulkTable.Fate fate) {
    table.createTypes();
    table.create("things");
    table.create("clone");
    table.insert("things", fate);
  }

  private void assertClone(DsBulkTable.Fate fate) {
    Map<Integer, Map<String, String>> expected = table.read("things", fate);
    Map<Integer, Map<String, String>> actual = table.read("clone", (type, value) -> value);
    assertThat(expected).as("seed %d", seed).hasSize(table.size());
    assertThat(actual.keySet()).as("keys, seed %d", seed).isEqualTo(expected.keySet());
    expected.forEach(
        (id, values) ->
            assertThat(actual.get(id)).as("row %d, seed %d", id, seed).isEqualTo(values));
  }
}
