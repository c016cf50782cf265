package io.ringhaul.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the content of the target folder during and after plan, write and commit. */
class FolderTargetSessionTest {

  private final LineFormat format = new LineFormat();
  @TempDir private Path parent;

  @Test
  void commitPublishesTheFolderWithAllItsFiles() throws IOException {
    Path folder = parent.resolve("deep/out");
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    UUID job = UUID.randomUUID();
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput first = LineFormat.write(session, plan, 0, 1, 2, 3);
    TaskOutput second = LineFormat.write(session, plan, 1, 4);
    assertThat(folder).doesNotExist();
    CommitResult result = session.commit(plan, List.of(first, second));
    assertThat(result.location()).isEqualTo(folder.toString());
    assertThat(result.files()).isEqualTo(2);
    assertThat(result.fileBytes()).isEqualTo(9 + 5).isEqualTo(first.bytes() + second.bytes());
    assertIds(folder, 1, 2, 3, 4);
    Manifest manifest = Manifest.find(folder).orElseThrow();
    assertThat(manifest.holds(job)).isTrue();
    assertThat(manifest.rows()).isEqualTo(4);
    for (PartFile file : manifest.files()) {
      assertThat(file.name()).matches("part-0000[01]-000-[0-9a-f]{32}-[0-9a-f]{16}\\.txt");
      assertThat(Files.size(folder.resolve(file.name()))).isEqualTo(file.bytes());
      assertThat(sha256(folder.resolve(file.name()))).isEqualTo(file.sha256());
    }
    assertThat(names(folder)).hasSize(3);
    assertThat(names(parent.resolve("deep"))).as("parent folder").containsExactly("out");
  }

  @Test
  void planTaskAndCommitCanRunInSeparateSessions() throws IOException {
    Path folder = parent.resolve("out");
    TargetPlan plan = session(folder, WriteMode.CREATE).plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session(folder, WriteMode.CREATE), plan, 0, 7);
    session(folder, WriteMode.CREATE).commit(plan, List.of(output));
    assertIds(folder, 7);
  }

  @Test
  void endsAFileAtTheMaximumSize() throws IOException {
    Path folder = parent.resolve("out");
    FolderTargetSession session =
        new FolderTargetSession(
            TargetFolder.of(folder, Compression.NONE).withMaxFileSize(10), format);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 3, IntStream.range(0, 10).toArray());
    session.commit(plan, List.of(output));
    List<PartFile> files = Manifest.find(folder).orElseThrow().files();
    assertThat(files.stream().map(PartFile::rows)).containsExactly(4L, 4L, 2L);
    assertThat(files.stream().map(file -> file.name().substring(0, 14)))
        .containsExactly("part-00003-000", "part-00003-001", "part-00003-002");
    assertIds(folder, IntStream.range(0, 10).toArray());
  }

  @Test
  void exportWithoutRowsHasOneFile() throws IOException {
    Path folder = parent.resolve("out");
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    List<TaskOutput> outputs = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      outputs.add(LineFormat.write(session, plan, task));
    }
    assertThat(session.commit(plan, outputs).files()).isEqualTo(1);
    PartFile only = Manifest.find(folder).orElseThrow().files().get(0);
    assertThat(Files.readString(folder.resolve(only.name()))).isEqualTo("id\n");
    assertIds(folder);
  }

  @Test
  void dropsFilesWithoutRowsIfOthersHaveRows() throws IOException {
    Path folder = parent.resolve("out");
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput empty = LineFormat.write(session, plan, 0, 13);
    TaskOutput rejected = LineFormat.write(session, plan, 1, 13);
    TaskOutput full = LineFormat.write(session, plan, 2, 13, 5);
    assertThat(rejected.files()).isEmpty();
    assertThat(session.commit(plan, List.of(empty, rejected, full)).files()).isEqualTo(1);
    assertIds(folder, 5);
    assertThat(names(folder)).hasSize(2);
  }

  @Test
  void secondCommitChangesNothing() throws IOException {
    for (WriteMode mode : WriteMode.values()) {
      Path folder = parent.resolve(mode.name());
      FolderTargetSession session = session(folder, mode);
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      List<TaskOutput> outputs = List.of(LineFormat.write(session, plan, 0, 1, 2));
      CommitResult first = session.commit(plan, outputs);
      String manifest = Files.readString(folder.resolve(Manifest.NAME));
      assertThat(session(folder, mode).commit(plan, outputs)).isEqualTo(first);
      assertThat(folder.resolve(Manifest.NAME)).hasContent(manifest);
      assertIds(folder, 1, 2);
    }
  }

  @Test
  void createRejectsAFolderWithFiles() throws IOException {
    Path folder = Files.createDirectories(parent.resolve("out"));
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 1);
    Files.writeString(folder.resolve("notes"), "mine");
    assertThatThrownBy(() -> session.plan(LineFormat.export(UUID.randomUUID())))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The folder "
                + folder
                + " is not empty; use another one, or set mode to append to it or to overwrite it");
    assertThatThrownBy(() -> session.commit(plan, List.of(output)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is not empty");
    assertThat(names(folder)).containsExactly("notes");
    // The staged files stay: the export can be committed after the notes are removed, or cleaned.
    assertThat(names(FolderPlan.decode(plan).staging())).hasSize(1);
    session.clean(plan, List.of());
    assertThat(names(parent)).containsExactly("out");
    Path file = Files.writeString(parent.resolve("file"), "");
    assertThatThrownBy(
            () -> session(file, WriteMode.OVERWRITE).plan(LineFormat.export(UUID.randomUUID())))
        .hasMessage(file + " is a file; the target of an export must be a folder");
  }

  @Test
  void createAcceptsAnEmptyFolder() throws IOException {
    Path folder = Files.createDirectories(parent.resolve("out"));
    export(folder, WriteMode.CREATE, 1);
    assertIds(folder, 1);
  }

  @Test
  void appendKeepsExistingFiles() throws IOException {
    Path folder = parent.resolve("out");
    UUID first = export(folder, WriteMode.APPEND, 1, 2);
    UUID second = export(folder, WriteMode.APPEND, 3);
    assertIds(folder, 1, 2, 3);
    Manifest manifest = Manifest.find(folder).orElseThrow();
    assertThat(manifest.jobs().stream().map(Manifest.Job::id)).containsExactly(first, second);
    assertThat(manifest.jobs().stream().map(Manifest.Job::rows)).containsExactly(2L, 1L);
    assertThat(names(folder)).hasSize(3);
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void appendedFilesCountWhenTheManifestListsThem() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1, 2);
    FolderTargetSession session = session(folder, WriteMode.APPEND);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 3);
    assertIds(folder, 1, 2);
    // The state after a crash between the moves of the files and the write of the new manifest.
    PartFile staged = ManifestJson.file(Json.tree(output.files().get(0)));
    Path staging = FolderPlan.decode(plan).staging();
    Files.move(staging.resolve(staged.name()), folder.resolve(staged.name()));
    assertIds(folder, 1, 2);
    session(folder, WriteMode.APPEND).commit(plan, List.of(output));
    assertIds(folder, 1, 2, 3);
    assertThat(staging).doesNotExist();
  }

  @Test
  void failedAppendTakesItsFilesBack() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1, 2);
    Set<String> before = names(folder);
    FolderTargetSession session = session(folder, WriteMode.APPEND);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 3);
    // A folder in the place of the new manifest, so that it cannot be written.
    Files.createDirectory(DurableFiles.temporary(folder.resolve(Manifest.NAME)));
    assertThatThrownBy(() -> session.commit(plan, List.of(output)))
        .isInstanceOf(StorageException.class);
    assertThat(names(folder)).isEqualTo(before);
    session.commit(plan, List.of(output));
    assertIds(folder, 1, 2, 3);
  }

  @Test
  void concurrentAppendsLoseNothing() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 0);
    List<CompletableFuture<Void>> exports = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      int id = i;
      exports.add(CompletableFuture.runAsync(() -> export(folder, WriteMode.APPEND, id)));
    }
    exports.forEach(CompletableFuture::join);
    assertIds(folder, IntStream.rangeClosed(0, 8).toArray());
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void appendRejectsOtherSettingsOrColumns() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    FolderTargetSession zipped =
        new FolderTargetSession(
            TargetFolder.of(folder, Compression.GZIP).withMode(WriteMode.APPEND), format);
    assertThatThrownBy(() -> zipped.plan(LineFormat.export(UUID.randomUUID())))
        .hasMessage(
            "The folder "
                + folder
                + " contains an export with other settings, so nothing can be appended: the"
                + " compression in the folder: NONE, in this export: GZIP");
    ExportDescription same = LineFormat.export(UUID.randomUUID());
    ExportDescription other =
        new ExportDescription(
            same.jobId(),
            new TableDescription("ks", "u", LineFormat.COLUMNS),
            same.columns(),
            same.concurrentTasks(),
            same.coverage(),
            same.restrictions());
    assertThatThrownBy(() -> session(folder, WriteMode.APPEND).plan(other))
        .hasMessageEndingWith(": the table in the folder: ks.t, in this export: ks.u");
    ExportDescription widened =
        new ExportDescription(
            same.jobId(),
            new TableDescription(
                "ks",
                "t",
                List.of(
                    LineFormat.COLUMNS.get(0),
                    new ColumnDescription("at", DataTypes.INT, Kind.CLUSTERING))),
            same.columns(),
            same.concurrentTasks(),
            same.coverage(),
            same.restrictions());
    assertThatThrownBy(() -> session(folder, WriteMode.APPEND).plan(widened))
        .hasMessageEndingWith(": the primary key in the folder: [id], in this export: [id, at]");
    Files.delete(folder.resolve(Manifest.NAME));
    assertThatThrownBy(() -> export(folder, WriteMode.APPEND, 2))
        .hasMessageContaining("contains files, but no _manifest.json");
  }

  @Test
  void overwriteReplacesTheWholeFolder() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1, 2);
    Files.writeString(folder.resolve("_SUCCESS"), "");
    FolderTargetSession session = session(folder, WriteMode.OVERWRITE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 9);
    assertIds(folder, 1, 2);
    session.commit(plan, List.of(output));
    assertIds(folder, 9);
    assertThat(names(folder)).hasSize(2);
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void appendReplacesAManifestOfTheEarlierName() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1, 2);
    Path old = folder.resolve(Manifest.OLD_NAME);
    Files.move(folder.resolve(Manifest.NAME), old);
    String text = Files.readString(old);
    assertIds(folder, 1, 2);

    FolderTargetSession session = session(folder, WriteMode.APPEND);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 3);
    session.commit(plan, List.of(output));
    assertThat(old).doesNotExist();
    assertIds(folder, 1, 2, 3);

    // A crash between the two steps leaves both manifests; a repeated commit removes the old one.
    Files.writeString(old, text);
    assertIds(folder, 1, 2, 3);
    session.commit(plan, List.of(output));
    assertThat(old).doesNotExist();
    assertIds(folder, 1, 2, 3);
  }

  @Test
  void overwritesAFolderWithAManifestOfTheEarlierName() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    Path old = folder.resolve(Manifest.OLD_NAME);
    Files.move(folder.resolve(Manifest.NAME), old);
    assertThatThrownBy(() -> export(folder, WriteMode.CREATE, 2))
        .hasMessageContaining("is not empty");
    export(folder, WriteMode.OVERWRITE, 2);
    assertThat(old).doesNotExist();
    assertIds(folder, 2);
  }

  @Test
  void keepsAManifestOfAnotherProgram() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    Path foreign = Files.writeString(folder.resolve(Manifest.OLD_NAME), "{\"name\": \"app\"}");
    export(folder, WriteMode.APPEND, 2);
    assertThat(foreign).hasContent("{\"name\": \"app\"}");
    assertIds(folder, 1, 2);
    assertThatThrownBy(() -> export(folder, WriteMode.OVERWRITE, 3))
        .hasMessageContaining(
            "because it contains manifest.json, which does not belong to an export");
    assertIds(folder, 1, 2);
  }

  @Test
  void overwriteRejectsFoldersWithForeignFiles() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    Path photo = Files.writeString(folder.resolve("photo.jpg"), "x");
    assertThatThrownBy(() -> export(folder, WriteMode.OVERWRITE, 2))
        .hasMessageContaining("is not overwritten, because it contains photo.jpg");
    Files.delete(photo);
    Path inner = Files.createDirectory(folder.resolve("part-of-speech"));
    assertThatThrownBy(() -> export(folder, WriteMode.OVERWRITE, 2))
        .hasMessageContaining("because it contains part-of-speech");
    Files.delete(inner);
    export(folder, WriteMode.OVERWRITE, 2);
    assertIds(folder, 2);
  }

  @Test
  void overwriteRejectsFilesWithSimilarNames() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    for (String name :
        List.of(
            ".bashrc", "part-time-job", "part-00000.txt", "poem.txt", "poem.txt.gz", ".x.tmp")) {
      Path mine = Files.writeString(folder.resolve(name), "mine");
      assertThatThrownBy(() -> export(folder, WriteMode.OVERWRITE, 2))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The folder %s is not overwritten, because it contains %s, which does not belong to"
                  + " an export; move that away or use another folder",
              folder, name);
      Files.delete(mine);
    }
    // Leftovers of a crashed export or of Hadoop.
    for (String name :
        List.of(
            "part-00012-000-0123456789abcdef.txt.gz",
            ".part-00012-000-0123456789abcdef.txt.gz.crc",
            "._manifest.json.tmp",
            ".manifest.json.tmp",
            "._SUCCESS.crc")) {
      Files.writeString(folder.resolve(name), "");
    }
    export(folder, WriteMode.OVERWRITE, 2);
    assertThat(names(folder)).hasSize(2);
    Files.delete(folder.resolve(Manifest.NAME));
    assertThatThrownBy(() -> export(folder, WriteMode.OVERWRITE, 3))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The folder %s is not overwritten, because it contains files, but no _manifest.json of"
                + " an export; empty it or use another folder",
            folder);
    assertThat(names(folder)).hasSize(1);
  }

  @Test
  void nextExportUndoesAnInterruptedOverwrite() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    FolderTargetSession session = session(folder, WriteMode.OVERWRITE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    LineFormat.write(session, plan, 0, 2);
    Files.move(folder, FolderPlan.decode(plan).aside());
    assertThatThrownBy(() -> read(folder))
        .hasMessageContaining("that should overwrite it was interrupted");
    export(folder, WriteMode.APPEND, 3);
    assertIds(folder, 1, 3);
  }

  @Test
  void planWaitsForARunningOverwrite() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    Path aside = parent.resolve(FolderPlan.hidden(folder, FolderPlan.OLD) + UUID.randomUUID());
    CountDownLatch isPlanning = new CountDownLatch(1);
    // The state of an overwrite between its two renames, while it holds the lock.
    CompletableFuture<TargetPlan> planned =
        FolderLock.holding(
            folder,
            () -> {
              Files.move(folder, aside);
              CompletableFuture<TargetPlan> other =
                  CompletableFuture.supplyAsync(
                      () -> {
                        isPlanning.countDown();
                        return session(folder, WriteMode.APPEND)
                            .plan(LineFormat.export(UUID.randomUUID()));
                      });
              assertThatCode(isPlanning::await).doesNotThrowAnyException();
              assertThatThrownBy(() -> other.get(100, TimeUnit.MILLISECONDS))
                  .isInstanceOf(TimeoutException.class);
              assertThat(folder).doesNotExist();
              Files.move(aside, folder);
              return other;
            });
    assertThat(planned.join().location()).isEqualTo(folder.toString());
    assertIds(folder, 1);
  }

  @Test
  void interruptedOverwriteCanBeCommittedAgain() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    FolderTargetSession session = session(folder, WriteMode.OVERWRITE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 2);
    Files.move(folder, FolderPlan.decode(plan).aside());
    session(folder, WriteMode.OVERWRITE).commit(plan, List.of(output));
    assertIds(folder, 2);
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void replacedFolderIsNotRestoredLater() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    // The state after a crash after the second rename.
    Path aside = parent.resolve(FolderPlan.hidden(folder, FolderPlan.OLD) + UUID.randomUUID());
    Files.createDirectory(aside);
    export(folder, WriteMode.OVERWRITE, 2);
    assertThat(aside).doesNotExist();
    assertIds(folder, 2);
  }

  @Test
  void cleaningRemovesAllFilesOfTheExport() throws IOException {
    Path folder = parent.resolve("out");
    export(folder, WriteMode.CREATE, 1);
    FolderTargetSession session = session(folder, WriteMode.APPEND);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    LineFormat.write(session, plan, 0, 2);
    assertThat(session.clean(plan, List.of())).isEqualTo(1);
    assertThat(session.clean(plan, List.of())).isZero();
    assertIds(folder, 1);
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void unfinishedTaskLeavesNoFiles() throws IOException {
    for (Compression compression : Compression.values()) {
      Path folder = parent.resolve(compression.name());
      FolderTargetSession session =
          new FolderTargetSession(TargetFolder.of(folder, compression).withMaxFileSize(10), format);
      TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
      try (TaskWriter writer = session.openTask(plan, LineFormat.COLUMNS, 0)) {
        for (int i = 0; i < 5; i++) {
          writer.write(column -> ByteBuffer.allocate(4));
        }
      }
      assertThat(names(FolderPlan.decode(plan).staging())).isEmpty();
    }
  }

  @Test
  void ignoresFilesOfAFailedAttempt() throws IOException {
    Path folder = parent.resolve("out");
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    LineFormat.write(session, plan, 0, 1, 2); // its output was lost
    Files.writeString(FolderPlan.decode(plan).staging().resolve(".part-1.txt.tmp"), "trunc");
    TaskOutput second = LineFormat.write(session, plan, 0, 1, 2);
    session.commit(plan, List.of(second));
    assertIds(folder, 1, 2);
    assertThat(names(folder)).hasSize(2);
  }

  @Test
  void commitFailsForAMissingStagedFile() throws IOException {
    Path folder = parent.resolve("out");
    FolderTargetSession session = session(folder, WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    TaskOutput output = LineFormat.write(session, plan, 0, 1);
    session.clean(plan, List.of());
    assertThatThrownBy(() -> session.commit(plan, List.of(output)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "is missing; resume the job, which repeats that task, or run the export again");
    assertThat(names(parent)).isEmpty();
  }

  @Test
  void keepsALinkToTheFolder() throws IOException {
    Path real = Files.createDirectories(parent.resolve("real/data"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), real);
    export(link, WriteMode.CREATE, 1);
    export(link, WriteMode.OVERWRITE, 2);
    assertThat(link).isSymbolicLink();
    assertIds(real, 2);
  }

  @Test
  void undoesAnInterruptedOverwriteThroughALink() throws IOException {
    Path real = Files.createDirectories(parent.resolve("real/data"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("real/data"));
    export(link, WriteMode.CREATE, 1);
    FolderTargetSession session = session(link, WriteMode.OVERWRITE);
    TargetPlan plan = session.plan(LineFormat.export(UUID.randomUUID()));
    LineFormat.write(session, plan, 0, 2);
    Files.move(real, FolderPlan.decode(plan).aside());
    assertThatThrownBy(() -> read(link))
        .hasMessageContaining("that should overwrite it was interrupted");
    export(link, WriteMode.APPEND, 3);
    assertThat(link).isSymbolicLink();
    assertIds(real, 1, 3);
  }

  @Test
  void rejectsSettingsOutOfBounds() {
    assertThatThrownBy(() -> TargetFolder.of(Path.of("x"), Compression.NONE).withMaxFileSize(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("maxFileSize is 0 bytes; it must be 1 or more");
    assertThatThrownBy(() -> TargetFolder.of(Path.of("/"), Compression.NONE))
        .isInstanceOf(InvalidSettingException.class);
  }

  private FolderTargetSession session(Path folder, WriteMode mode) {
    return new FolderTargetSession(
        TargetFolder.of(folder, Compression.NONE).withMode(mode), format);
  }

  private UUID export(Path folder, WriteMode mode, int... ids) {
    UUID job = UUID.randomUUID();
    FolderTargetSession session = session(folder, mode);
    TargetPlan plan = session.plan(LineFormat.export(job));
    session.commit(plan, List.of(LineFormat.write(session, plan, 0, ids)));
    return job;
  }

  private void assertIds(Path folder, int... ids) {
    assertThat(read(folder))
        .containsExactlyInAnyOrder(IntStream.of(ids).boxed().toArray(Integer[]::new));
  }

  static List<Integer> read(Path folder) {
    List<Integer> ids = new ArrayList<>();
    try (SourceSession session =
        new FolderSourceSession(SourceLocation.at(folder), new LineFormat())) {
      SourcePlan plan = session.plan(LineFormat.TABLE, List.of(), OptionalInt.empty());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, LineFormat.COLUMNS, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            ids.add(Objects.requireNonNull(row.bytes(0)).getInt(0));
          }
        }
      }
    }
    return ids;
  }

  /** Returns the names of the folder's files, without lock files. */
  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
      names.removeIf(name -> name.endsWith(".ringhaul-lock"));
    }
    return names;
  }

  private static String sha256(Path file) throws IOException {
    return Checksums.sha256(SourceFile.whole(file, Compression.NONE, Files.size(file)));
  }
}
