package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores with a full disk, without write permission, or locked or left by another process. */
class SqliteLimitsTest {

  private static final int PARTITIONS = 1_000;

  @TempDir Path folder;

  private Path disk;
  private Path file;

  @BeforeEach
  void place() throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
    file = disk.resolve("jobs.db");
  }

  @Test
  void aCheckpointOnAFullDiskIsNotDone() throws Exception {
    if (!SmallDisk.isPossible(disk)) {
      aFileThatMayNotGrowTakesNoCheckpoint();
      return;
    }
    try (SmallDisk small = SmallDisk.at(disk, 2048)) {
      UUID id;
      int done = 0;
      try (JobStore store = JobStore.file(file)) {
        id = JobStoreContract.created(store).id();
        JobRun run = JobRuns.of(store).begin(id);
        run.plan("p", Jobs.tiling(PARTITIONS, 1));
        Path filler = Files.write(disk.resolve("filler"), new byte[(int) free() - 100_000]);
        StorageException failure = null;
        while (failure == null) {
          try {
            run.begun(done);
            run.done(Jobs.checkpoint(done));
            done++;
          } catch (StorageException e) {
            failure = e;
          }
        }
        assertThat(failure)
            .hasMessage(
                "The job store "
                    + file
                    + " cannot be written: its disk is full; free some space and run the job again"
                    + " with resuming()");
        assertThat(failure.location()).isEqualTo(file.toString());
        assertThat(done).isGreaterThan(3);
        assertDone(store, id, done);
        Files.delete(filler);
        int next = done;
        run.begun(next);
        run.done(Jobs.checkpoint(next));
        done++;
        assertDone(store, id, done);
        run.close();
      }
      try (JobStore store = JobStore.file(file)) {
        assertDone(store, id, done);
      }
    }
  }

  private long free() throws IOException {
    return Files.getFileStore(disk).getUsableSpace();
  }

  /** The other way to a disk that takes no more: a limit on the length of files, in a process. */
  @Test
  void aFileThatMayNotGrowTakesNoCheckpoint() throws Exception {
    UUID id;
    try (JobStore store = JobStore.file(file)) {
      id = JobStoreContract.created(store).id();
      try (JobRun run = JobRuns.of(store).begin(id)) {
        run.plan("p", Jobs.tiling(PARTITIONS, 1));
      }
    }
    Path output = folder.resolve("said");
    Process process = StoreProgram.start(file, id, output);
    await(output, 1);
    // The driver has unpacked its library by now.
    new ProcessBuilder(
            "prlimit", "--pid=" + process.pid(), "--fsize=" + (Files.size(file) + 100_000))
        .inheritIO()
        .start()
        .waitFor();
    go(process);
    process.waitFor();
    List<String> said = Files.readAllLines(output);
    int done = said.size() - 2;
    assertThat(said.get(0)).isEqualTo("begun");
    assertThat(said.subList(1, done + 1))
        .isEqualTo(IntStream.range(0, done).mapToObj(i -> "done " + i).toList());
    assertThat(said.get(done + 1)).startsWith("failed: The job store " + file + " cannot be ");
    assertThat(done).isBetween(1, PARTITIONS - 1);
    try (JobStore store = JobStore.file(file)) {
      assertDone(store, id, done);
    }
  }

  private static void assertDone(JobStore store, UUID id, int done) {
    assertThat(store.find(id).orElseThrow().figures().done()).isEqualTo(done);
    for (JobPartition each : store.partitions(id)) {
      assertThat(each.status() == PartitionStatus.DONE).isEqualTo(each.number() < done);
    }
  }

  @Test
  void whatIsReadOnlyIsTold() throws Exception {
    UUID id;
    try (JobStore store = JobStore.file(file)) {
      id = JobStoreContract.created(store).id();
    }
    assertThat(Files.exists(disk.resolve("jobs.db-wal"))).isFalse();
    byte[] before = Files.readAllBytes(file);
    Path other = disk.resolve("other.db");
    if (SmallDisk.isPossible(disk)) {
      try (SmallDisk small = SmallDisk.at(disk, 1024)) {
        Files.write(file, before);
        small.makeReadOnly();
        assertReadOnly("The job store " + file, file);
        assertReadOnly("The folder " + disk + " of the job store " + other, other);
      }
    } else if ("root".equals(System.getProperty("user.name"))) {
      // Where root may not mount, in a container, this is read-only even for root.
      Path foreign = Path.of("/sys/jobs.db");
      assertReadOnly("The folder /sys of the job store " + foreign, foreign);
    } else {
      Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("r-xr-xr-x"));
      try {
        assertReadOnly("The folder " + disk + " of the job store " + file, file);
        assertReadOnly("The folder " + disk + " of the job store " + other, other);
      } finally {
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    assertThat(file).hasBinaryContent(before);
    try (JobStore store = JobStore.file(file)) {
      assertThat(store.find(id)).isPresent();
    }
  }

  private static void assertReadOnly(String what, Path store) {
    assertThatThrownBy(() -> JobStore.file(store))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).isEqualTo(store.toString()))
        .hasMessage(
            what + " is read-only for this user; grant write permission, or use another store");
  }

  @Test
  void aLockIsWaitedForAndThenTold() throws Exception {
    try (JobStore store =
            new StoredJobs(
                StoreDatabase.file(file, Duration.ofMillis(500), StoreSchema.current()),
                LocalProcess.current());
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      Job first = JobStoreContract.created(store);
      statement.execute("BEGIN IMMEDIATE");
      assertThatThrownBy(() -> store.requestStop(first.id()))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The job store "
                  + file
                  + " is locked by another process for longer than 0.5 s; find the process that"
                  + " holds the lock, or use another store");
      assertThat(store.list()).containsExactly(first);
      statement.execute("ROLLBACK");
      store.requestStop(first.id());
      assertThat(store.find(first.id()).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    }
  }

  @Test
  void aStoreThatIsClosedSaysSo() {
    JobStore store = JobStore.file(file);
    store.close();
    store.close();
    assertThatThrownBy(store::list)
        .isInstanceOf(StorageException.class)
        .hasMessage("The job store " + file + " is closed");
  }

  @Test
  void aKilledProcessLeavesWhatItHadDone() throws Exception {
    UUID id;
    try (JobStore store = JobStore.file(file)) {
      id = JobStoreContract.created(store).id();
      try (JobRun run = JobRuns.of(store).begin(id)) {
        run.plan("p", Jobs.tiling(PARTITIONS, 1));
      }
      Path output = folder.resolve("said");
      Process process = StoreProgram.start(file, id, output);
      await(output, 1);
      assertThatThrownBy(() -> JobRuns.of(store).begin(id))
          .isInstanceOf(JobException.class)
          .hasMessageStartingWith("Process " + process.pid() + " on ");
      go(process);
      await(output, 50);
      process.destroyForcibly().waitFor();
      List<String> said = Files.readAllLines(output);
      int acknowledged = (int) said.stream().filter(line -> line.startsWith("done ")).count();
      int done = store.find(id).orElseThrow().figures().done();
      // One may be stored whose answer was not printed any more.
      assertThat(done).isBetween(acknowledged, acknowledged + 1).isLessThan(PARTITIONS);
      try (JobRun run = JobRuns.of(store).begin(id)) {
        assertDone(store, id, done);
        assertThat(run.job().run()).isEqualTo(3);
      }
    }
  }

  @Test
  void processesShareAFile() throws Exception {
    List<UUID> ids = new ArrayList<>();
    try (JobStore store = JobStore.file(file)) {
      for (int i = 0; i < 2; i++) {
        UUID id = JobStoreContract.created(store).id();
        ids.add(id);
        try (JobRun run = JobRuns.of(store).begin(id)) {
          run.plan("p", Jobs.tiling(50, 1));
        }
      }
    }
    List<Process> processes = new ArrayList<>();
    List<Path> outputs = new ArrayList<>();
    for (UUID id : List.of(ids.get(0), ids.get(0), ids.get(1))) {
      outputs.add(folder.resolve("said" + outputs.size()));
      processes.add(StoreProgram.start(file, id, outputs.get(outputs.size() - 1)));
    }
    for (Path each : outputs) {
      await(each, 1);
    }
    List<String> ends = new ArrayList<>();
    for (int i = 0; i < processes.size(); i++) {
      go(processes.get(i));
    }
    for (int i = 0; i < processes.size(); i++) {
      processes.get(i).waitFor();
      List<String> said = Files.readAllLines(outputs.get(i));
      ends.add(said.get(said.size() - 1).replaceFirst(":.*", ""));
    }
    assertThat(ends.get(2)).isEqualTo("completed");
    assertThat(ends.subList(0, 2)).containsExactlyInAnyOrder("completed", "refused");
    try (JobStore store = JobStore.file(file)) {
      for (UUID id : ids) {
        assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.COMPLETED);
        assertThat(store.partitions(id)).allMatch(each -> each.attempt() == 1);
        assertDone(store, id, 50);
      }
    }
  }

  /** Waits until a process has said so many lines. */
  private static void await(Path output, int lines) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (Files.readString(output).lines().count() < lines) {
      assertThat(System.nanoTime()).as("60 s for %s", output).isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** Lets a process go on. */
  private static void go(Process process) throws IOException {
    try (OutputStream input = process.getOutputStream()) {
      input.write('g');
    } catch (IOException e) {
      // It has ended.
    }
  }
}
