package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TableComparison;
import io.ringhaul.lake.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the command line with files in an object store resume exactly after they are killed. */
@ClusterTest
@Slow
class KilledOnObjectStoreIT {

  @TempDir private Path folder;

  @Test
  void resumesExportAndImportKilledInTheMiddle() throws Exception {
    Path objects = Files.createDirectory(folder.resolve("objects"));
    Map<String, Path> secrets =
        Map.of(
            "s3.access-key-id",
            Files.writeString(folder.resolve("id"), ObjectStore.ACCESS_KEY + "\n"),
            "s3.secret-access-key",
            Files.writeString(folder.resolve("secret"), ObjectStore.SECRET_KEY + "\n"));
    try (ObjectStore store = ObjectStore.start(objects);
        FaultBench bench =
            FaultBench.inTestCluster(Files.createDirectory(folder.resolve("bench")))) {
      String location = store.bucket("lake") + "/out";
      KilledJob export = bench.job(command(bench, store, "export", "source", location, secrets));
      export.killAt(KillPoint.AFTER_FOLDER_FILES_END, 3);
      export.killAt(KillPoint.BEFORE_CHECKPOINT, 2);
      export.killAt(KillPoint.BEFORE_FOLDER_COMMIT, 1);
      export.killAt(KillPoint.AFTER_FOLDER_COMMIT, 1);
      export.finish();
      assertNoSecretIn(export);
      assertFilesAreThoseOfTheManifest(store.path("lake/out"));

      CqlSession session = bench.session();
      String keyspace = bench.table().keyspace();
      session.execute(bench.table().definition("restored"));
      KilledJob restore = bench.job(command(bench, store, "import", "restored", location, secrets));
      restore.killAt(KillPoint.BEFORE_CHECKPOINT, 2);
      restore.finish();
      TableComparison.Outcome outcome =
          new TableComparison(session).compare(keyspace, "source", "restored");
      assertThat(outcome.difference()).isEmpty();
      assertThat(outcome.rows()).isEqualTo(bench.table().rows());
    }
  }

  private static List<String> command(
      FaultBench bench,
      ObjectStore store,
      String operation,
      String table,
      String location,
      Map<String, Path> secrets) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(operation, bench.table().keyspace() + "." + table));
    command.addAll(List.of("--format", "csv", "--path", location));
    store
        .properties()
        .forEach(
            (key, value) -> {
              Path reference = secrets.get(key);
              command.add("--storage-property");
              command.add(key + "=" + (reference == null ? value : "@" + reference));
            });
    return command;
  }

  private static void assertNoSecretIn(KilledJob job) {
    assertThat(job.stored().toString()).doesNotContain(ObjectStore.SECRET_KEY);
    assertThat(job.stored().definition().command().toString())
        .contains("s3.secret-access-key=@")
        .doesNotContain(ObjectStore.SECRET_KEY);
  }

  private static void assertFilesAreThoseOfTheManifest(Path out) throws Exception {
    String manifest = Files.readString(out.resolve("_manifest.json"));
    try (Stream<Path> files = Files.list(out)) {
      Set<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals("_manifest.json"))
              .collect(Collectors.toSet());
      assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(manifest).contains(name));
    }
  }
}
