package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.internal.storage.ObjectFiles;
import io.ringhaul.internal.storage.StorageProperties;
import io.ringhaul.schema.RawRow;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;

/** What {@link HdfsFolderIT} checks, in a process with the client of HDFS. */
final class HdfsFolderProgram {

  private final String root;
  private final ObjectFiles files;

  private HdfsFolderProgram(String root, ObjectFiles files) {
    this.root = root;
    this.files = files;
  }

  /** Runs the checks in the file system with the URI of the argument. */
  public static void main(String[] arguments) throws Exception {
    try (FileStores stores = new FileStores(StorageProperties.NONE)) {
      HdfsFolderProgram program =
          new HdfsFolderProgram(arguments[0], stores.objects(arguments[0] + "/x"));
      program.findsFilesAndFolders();
      program.writesFolders();
      program.resumes();
    }
    // The client's threads would keep the process.
    System.exit(0);
  }

  private void findsFilesAndFolders() throws Exception {
    put("/in/a.txt", "id\n1\n");
    put("/in/a.txt.old/a.txt", "id\n2\n");
    put("/in/deep/in/b.txt", "id\n3\n");
    put("/in/c#1?.txt", "id\n4\n");
    put("/in/.hidden/d.txt", "id\n5\n");
    assertThat(files.isFolder(root + "/in")).isTrue();
    assertThat(files.isFolder(root + "/in/a.txt")).as("a file").isFalse();
    assertThat(files.isFolder(root + "/none")).isFalse();
    assertThat(files.find(root + "/in/a.txt")).map(FileStat::size).contains(5L);
    assertThat(files.find(root + "/in")).as("a folder").isEmpty();
    assertThat(files.find(root + "/in/deep")).as("a folder").isEmpty();
    assertThat(files.find(root + "/in/deep/in")).as("a folder in one of its name").isEmpty();
    assertThat(files.find(root + "/in/a")).isEmpty();
    assertThat(files.entries(root + "/in").stream().map(FileStat::location))
        .containsExactly(
            root + "/in/.hidden/",
            root + "/in/a.txt",
            root + "/in/a.txt.old/",
            root + "/in/c#1?.txt",
            root + "/in/deep/");
    assertThat(read("/in/a.txt")).containsExactly(1);
    assertThat(read("/in")).containsExactly(1, 4);
    assertThat(read("/in/a*.txt")).containsExactly(1);
    assertThat(read("/in/a.t*/a.txt")).containsExactly(2);
    assertThat(read("/in/**.txt")).containsExactly(1, 4, 2, 3);
    assertThatThrownBy(() -> read("/none")).hasMessage(root + "/none does not exist");
    assertThatThrownBy(() -> read("/in/z*")).hasMessage("No file matches " + root + "/in/z*");
  }

  private void writesFolders() throws Exception {
    export(WriteMode.CREATE, 1, 2);
    assertThat(names()).hasSize(2).contains("_manifest.json");
    PartFile file = ManifestJson.parse(files.text(root + "/out/_manifest.json")).files().get(0);
    assertThat(file.version()).as("the time of the last change is no entity tag").isEmpty();
    assertThatThrownBy(() -> export(WriteMode.CREATE, 3))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is not empty");
    export(WriteMode.APPEND, 3);
    assertThat(read("/out")).containsExactlyInAnyOrder(1, 2, 3);
    put("/out/notes.txt", "mine");
    assertThatThrownBy(() -> export(WriteMode.OVERWRITE, 4))
        .hasMessageContaining("it contains notes.txt, which does not belong to an export");
    files.delete(List.of(root + "/out/notes.txt"));
    export(WriteMode.OVERWRITE, 4);
    assertThat(read("/out")).containsExactly(4);
    assertThat(names()).hasSize(2);
    String manifest = root + "/out/_manifest.json";
    assertThat(files.write(manifest, "{}", null)).as("it exists").isFalse();
    assertThat(files.write(manifest, "{}", "other")).as("it has changed").isFalse();
  }

  private void resumes() throws Exception {
    UUID job = UUID.randomUUID();
    TargetPlan plan;
    TaskOutput kept;
    try (FolderTargetSession session = session("/resumed", WriteMode.CREATE)) {
      plan = session.plan(LineFormat.export(job));
      kept = LineFormat.write(session, plan, 0, 1, 2);
      LineFormat.write(session, plan, 1, 3);
    }
    try (FolderTargetSession session = session("/resumed", WriteMode.CREATE)) {
      TargetPlan resumed = session.resume(plan, LineFormat.export(job));
      assertThat(session.damaged(resumed, List.of(kept))).isEmpty();
      assertThat(session.clean(resumed, List.of(kept))).isEqualTo(1);
      session.commit(resumed, List.of(kept, LineFormat.write(session, resumed, 1, 4)));
    }
    assertThat(read("/resumed")).containsExactly(1, 2, 4);
  }

  private void put(String path, String text) throws Exception {
    try (OutputStream out = files.create(root + path)) {
      out.write(text.getBytes(UTF_8));
    }
  }

  private List<String> names() throws Exception {
    return files.entries(root + "/out").stream()
        .map(file -> Locations.name(file.location()))
        .toList();
  }

  private FolderTargetSession session(String path, WriteMode mode) {
    TargetFolder target = TargetFolder.of(URI.create(root + path), Compression.NONE).withMode(mode);
    return new FolderTargetSession(target, new LineFormat());
  }

  private void export(WriteMode mode, int... ids) {
    try (FolderTargetSession session = session("/out", mode)) {
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      session.commit(plan, List.of(LineFormat.write(session, plan, 0, ids)));
    }
  }

  private List<Integer> read(String path) {
    List<Integer> ids = new ArrayList<>();
    SourceLocation location = SourceLocation.at(root + path);
    try (FolderSourceSession session = new FolderSourceSession(location, new LineFormat())) {
      SourcePlan plan = session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty());
      plan.tasks()
          .forEach(
              task -> {
                try (RowReader reader = session.open(plan, LineFormat.COLUMNS, task)) {
                  for (RawRow row = reader.next(); row != null; row = reader.next()) {
                    ids.add(Objects.requireNonNull(row.bytes(0)).getInt(0));
                  }
                }
              });
    }
    return ids;
  }
}
