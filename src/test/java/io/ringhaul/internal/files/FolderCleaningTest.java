package io.ringhaul.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.files.Manifest.PartFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the recovery and cleaning of exports whose process was killed. */
class FolderCleaningTest {

  private static final ByteBuffer ONE = ByteBuffer.allocate(4).putInt(0, 1);

  private final LineFormat format = new LineFormat();
  private final UUID job = UUID.randomUUID();
  @TempDir private Path parent;
  private Path folder;

  @BeforeEach
  void name() {
    folder = parent.resolve("out");
  }

  @Test
  void cleaningKeepsOnlyKeptFilesInTheStagingFolder() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput kept = LineFormat.write(session, plan, 0, 1, 2);
    LineFormat.write(
        session, plan, 1, 3); // finished, but the process was killed before the checkpoint
    unfinished(session, plan, 2);
    Path staging = FolderPlan.decode(plan).staging();
    Files.writeString(staging.resolve(".part.crc"), "Hadoop");
    assertThat(names(staging)).hasSize(4);

    FolderTargetSession other = session(WriteMode.CREATE);
    TargetPlan resumed = other.resume(plan, LineFormat.export(job));
    assertThat(other.clean(resumed, List.of(kept))).isEqualTo(3);
    assertThat(names(staging)).isEqualTo(fileNames(kept));
    assertThat(other.clean(resumed, List.of(kept))).isZero();
    TaskOutput rest = LineFormat.write(other, resumed, 1, 3, 4);
    other.commit(resumed, List.of(kept, rest));
    assertIds(1, 2, 3, 4);
    assertThat(names(parent)).containsExactly("out");
  }

  @Test
  void resumedExportWithoutRowsHasOneFile() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput empty = LineFormat.write(session, plan, 0);
    TargetPlan resumed = session.resume(plan, LineFormat.export(job));
    assertThat(session.clean(resumed, List.of(empty))).isZero();
    TaskOutput rest = LineFormat.write(session, resumed, 1);
    session.commit(resumed, List.of(empty, rest));
    assertThat(names(folder)).containsExactlyInAnyOrder(Manifest.NAME, fileName(empty));
    assertThat(Files.readString(folder.resolve(fileName(empty)))).isEqualTo("id\n");
    // If the first task was not done, a task with its number runs again.
    UUID second = UUID.randomUUID();
    folder = parent.resolve("second");
    FolderTargetSession next = session(WriteMode.CREATE);
    TargetPlan nextPlan = next.plan(LineFormat.export(second));
    TaskOutput done = LineFormat.write(next, nextPlan, 1);
    assertThat(done.files()).isEmpty();
    next.clean(nextPlan, List.of(done));
    TaskOutput first = LineFormat.write(next, nextPlan, 0);
    next.commit(nextPlan, List.of(first, done));
    assertThat(names(folder)).containsExactlyInAnyOrder(Manifest.NAME, fileName(first));
  }

  @Test
  void cleaningFailsForAMissingKeptFile() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput kept = LineFormat.write(session, plan, 0, 1);
    Path staging = FolderPlan.decode(plan).staging();
    Files.delete(staging.resolve(fileName(kept)));
    assertThatThrownBy(() -> session.clean(plan, List.of(kept)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The file %s of the export %s is missing from %s; start a new export",
            fileName(kept), job, staging);
  }

  @Test
  void cleaningDoesNotRecreateADeletedFolder() throws IOException {
    folder = parent.resolve("month").resolve("out");
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput output = LineFormat.write(session, plan, 0, 1);
    session.commit(plan, List.of(output));
    DurableFiles.delete(parent.resolve("month"));
    assertThat(session.cleanCommitted(plan, List.of(output))).isZero();
    assertThatThrownBy(() -> session.clean(plan, List.of(output)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is missing from");
    assertThat(names(parent)).isEmpty();
  }

  @Test
  void planFindsACommitThatTheJobDidNotRecord() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput output = LineFormat.write(session, plan, 0, 1, 2);
    session.commit(plan, List.of(output));

    FolderTargetSession other = session(WriteMode.CREATE);
    TargetPlan again = other.plan(LineFormat.export(job));
    assertThat(other.clean(again, List.of())).isZero();
    TaskOutput second = LineFormat.write(other, again, 0, 3);
    other.commit(again, List.of(second));
    assertIds(1, 2);
    assertThatThrownBy(() -> other.plan(LineFormat.export(UUID.randomUUID())))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is not empty");
  }

  @Test
  void commitRejectsAChangedFile() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput output = LineFormat.write(session, plan, 0, 1);
    Path staged = FolderPlan.decode(plan).staging().resolve(fileName(output));
    Files.writeString(staged, "id\n");
    assertThatThrownBy(() -> session.commit(plan, List.of(output)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The file %s has 3 bytes, but 5 were written: another program has changed it; resume"
                + " the job, which repeats that task, or run the export again",
            staged);
    assertThat(folder).doesNotExist();
  }

  /**
   * Interrupts the commit after each of its steps; then the job repeats it, or cleaning undoes it.
   */
  @ParameterizedTest
  @EnumSource
  void interruptedCommitCanBeRepeatedOrUndone(WriteMode mode) throws IOException {
    for (int step = 0; step <= steps(mode); step++) {
      for (boolean isCleaned : List.of(false, true)) {
        folder = parent.resolve(mode + "-" + step + "-" + isCleaned);
        UUID id = UUID.randomUUID();
        if (mode != WriteMode.CREATE) {
          export(UUID.randomUUID(), WriteMode.CREATE, 1, 2);
        }
        FolderTargetSession session = session(mode);
        TargetPlan plan = session.plan(LineFormat.export(id));
        List<TaskOutput> outputs =
            List.of(LineFormat.write(session, plan, 0, 3), LineFormat.write(session, plan, 1, 4));
        unfinished(session, plan, 2);
        boolean isCommitted = interrupt(mode, step, FolderPlan.decode(plan), outputs);

        FolderTargetSession other = session(mode);
        TargetPlan resumed = other.resume(plan, LineFormat.export(id));
        if (isCleaned) {
          other.clean(resumed, List.of());
          assertRemains(mode, isCommitted);
        } else {
          other.clean(resumed, outputs);
          assertThat(visibleStrays()).as("%s after step %s", mode, step).isEmpty();
          other.commit(resumed, outputs);
          other.commit(resumed, outputs);
          assertRemains(mode, true);
        }
        assertThat(names(parent)).noneMatch(name -> name.startsWith("." + folder.getFileName()));
        assertThat(other.clean(resumed, List.of())).isZero();
        assertThat(visibleStrays()).isEmpty();
      }
    }
  }

  private static int steps(WriteMode mode) {
    return switch (mode) {
      case CREATE -> 2;
      case APPEND -> 4;
      case OVERWRITE -> 4;
    };
  }

  /**
   * Leaves the files of a commit that was killed after the given step. Returns whether it took
   * effect.
   */
  private boolean interrupt(WriteMode mode, int step, FolderPlan plan, List<TaskOutput> outputs)
      throws IOException {
    Path staging = plan.staging();
    List<PartFile> files = ManifestJson.files(outputs);
    Manifest own =
        new Manifest(
            plan.format(),
            plan.properties(),
            plan.folder().compression(),
            plan.schema(),
            List.of(plan.job(2)),
            files);
    if (mode == WriteMode.APPEND) {
      if (step >= 1) {
        move(staging, files.get(0));
      }
      if (step >= 2) {
        move(staging, files.get(1));
      }
      if (step >= 3) {
        Files.writeString(folder.resolve("." + Manifest.NAME + ".tmp"), "{");
      }
      if (step == 4) {
        Manifest all = Manifest.find(folder).orElseThrow().with(plan.job(2), files);
        Files.delete(folder.resolve("." + Manifest.NAME + ".tmp"));
        Files.writeString(folder.resolve(Manifest.NAME), ManifestJson.text(all));
      }
      return step == 4;
    }
    if (step >= 1) {
      for (Path entry : entries(staging)) {
        if (entry.getFileName().toString().startsWith(".")) {
          Files.delete(entry);
        }
      }
      Files.writeString(staging.resolve(Manifest.NAME), ManifestJson.text(own));
    }
    if (mode == WriteMode.CREATE) {
      if (step == 2) {
        Files.move(staging, folder);
      }
      return step == 2;
    }
    if (step >= 2) {
      Files.move(folder, plan.aside());
    }
    if (step >= 3) {
      Files.move(staging, folder);
    }
    if (step == 4) {
      Files.delete(plan.aside().resolve(Manifest.NAME));
    }
    return step >= 3;
  }

  private void move(Path staging, PartFile file) throws IOException {
    Files.move(staging.resolve(file.name()), folder.resolve(file.name()));
  }

  private void assertRemains(WriteMode mode, boolean isCommitted) {
    switch (mode) {
      case CREATE -> {
        if (isCommitted) {
          assertIds(3, 4);
        } else {
          assertThat(folder).doesNotExist();
        }
      }
      case APPEND -> {
        if (isCommitted) {
          assertIds(1, 2, 3, 4);
        } else {
          assertIds(1, 2);
        }
      }
      case OVERWRITE -> {
        if (isCommitted) {
          assertIds(3, 4);
        } else {
          assertIds(1, 2);
        }
      }
    }
  }

  @Test
  void keepsFilesOfOtherExportsAndOfFoldersWithoutManifest() throws IOException {
    UUID first = UUID.randomUUID();
    TargetPlan plan = export(first, WriteMode.APPEND, 1);
    FolderTargetSession session = session(WriteMode.APPEND);
    TargetPlan other = session.plan(LineFormat.export(job));
    TaskOutput others = LineFormat.write(session, other, 0, 2);
    Files.move(
        FolderPlan.decode(other).staging().resolve(fileName(others)),
        folder.resolve(fileName(others)));
    Path mine = Files.writeString(folder.resolve("notes"), "mine");
    assertThat(session.clean(plan, List.of())).isZero();
    assertIds(1);
    assertThat(folder.resolve(fileName(others))).exists();
    assertThat(FolderPlan.decode(other).staging()).exists();
    // Without the manifest, cleaning must not delete the rows.
    Path manifest = folder.resolve(Manifest.NAME);
    String text = Files.readString(manifest);
    Files.delete(manifest);
    assertThat(session.clean(plan, List.of())).isZero();
    assertThat(session.clean(other, List.of())).isZero();
    Files.writeString(manifest, "{\"formatVersion\":1,\"format\":");
    assertThatThrownBy(() -> session.clean(other, List.of())).isInstanceOf(StorageException.class);
    Files.writeString(manifest, text);
    assertIds(1);
    assertThat(session.clean(other, List.of())).isEqualTo(1);
    assertThat(mine).exists();
    assertIds(1);
  }

  @Test
  void resumeRejectsAnotherExport() {
    TargetPlan plan = session(WriteMode.CREATE).plan(LineFormat.export(job));
    UUID another = UUID.randomUUID();
    assertThatThrownBy(() -> session(WriteMode.APPEND).resume(plan, LineFormat.export(another)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The export %s to %s cannot be resumed because it differs from its plan: the export's"
                + " id was %s and is now %s; the mode was CREATE and is now APPEND; restore the"
                + " earlier settings or start a new export",
            job, folder, job, another);
  }

  @Test
  void resumeRejectsAFolderWithForeignFiles() throws IOException {
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(LineFormat.export(job));
    TaskOutput output = LineFormat.write(session, plan, 0, 1);
    Path foreign = Files.writeString(Files.createDirectory(folder).resolve("foreign"), "");
    assertThatThrownBy(() -> session.resume(plan, LineFormat.export(job)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The export %s to %s cannot be resumed: it creates that folder, but another writer has"
                + " put files there in the meantime; move them away or start a new export to"
                + " another folder",
            job, folder);
    Files.delete(foreign);
    session.commit(session.resume(plan, LineFormat.export(job)), List.of(output));
    assertIds(1);
    // A committed export can be resumed; the commit finds the earlier one.
    session.commit(session.resume(plan, LineFormat.export(job)), List.of(output));
    assertIds(1);
  }

  @Test
  void resumeUsesTheCurrentMemoryLimit() {
    ExportDescription export = LineFormat.export(job);
    FolderTargetSession session = session(WriteMode.CREATE);
    TargetPlan plan = session.plan(export);
    ExportDescription wider =
        new ExportDescription(
            job, export.table(), export.columns(), 8, export.coverage(), export.restrictions());
    TargetPlan resumed = session.resume(plan, wider);
    assertThat(FolderPlan.decode(resumed).memoryBytes())
        .isEqualTo(FolderPlan.decode(plan).memoryBytes() / 4);
    assertThat(FolderPlan.decode(resumed).withMemory(FolderPlan.decode(plan).memoryBytes()))
        .isEqualTo(FolderPlan.decode(plan));
  }

  private FolderTargetSession session(WriteMode mode) {
    return new FolderTargetSession(
        TargetFolder.of(folder, Compression.NONE).withMode(mode), format);
  }

  private TargetPlan export(UUID id, WriteMode mode, int... ids) {
    FolderTargetSession session = session(mode);
    TargetPlan plan = session.plan(LineFormat.export(id));
    session.commit(plan, List.of(LineFormat.write(session, plan, 0, ids)));
    return plan;
  }

  /** Leaves an incomplete file, as a killed process does. */
  @SuppressWarnings("MustBeClosedChecker")
  private static void unfinished(FolderTargetSession session, TargetPlan plan, int task) {
    TaskWriter writer = session.openTask(plan, LineFormat.COLUMNS, task);
    writer.write(column -> ONE);
  }

  private void assertIds(Integer... ids) {
    assertThat(FolderTargetSessionTest.read(folder)).containsExactlyInAnyOrder(ids);
  }

  /** Returns files that a reader without the manifest would read as part of the export. */
  private List<String> visibleStrays() throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    Set<String> strays = names(folder);
    Manifest.find(folder)
        .ifPresent(manifest -> manifest.files().forEach(file -> strays.remove(file.name())));
    strays.remove(Manifest.NAME);
    return List.copyOf(strays);
  }

  private static String fileName(TaskOutput output) {
    return fileNames(output).iterator().next();
  }

  private static Set<String> fileNames(TaskOutput output) {
    Set<String> names = new TreeSet<>();
    ManifestJson.files(List.of(output)).forEach(file -> names.add(file.name()));
    return names;
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return new ArrayList<>(entries.toList());
    }
  }

  /** Returns the names of the folder's files, without lock files. */
  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    entries(folder).forEach(entry -> names.add(entry.getFileName().toString()));
    names.removeIf(name -> name.endsWith(".ringhaul-lock"));
    return names;
  }
}
