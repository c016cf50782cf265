package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores whose file was changed or damaged. */
class SqliteDamageTest {

  private static final int FLIPS = Integer.getInteger("ringhaul.flips", 150);
  private static final int CUTS = 40;
  private static final int MOST_BYTES = 8;
  private static final int PARTITIONS = 40;
  private static final int PAGE = 4_096;

  @TempDir Path folder;

  private Path file;
  private List<Job> jobs = List.of();
  private List<List<JobPartition>> partitions = List.of();

  @BeforeEach
  void place() {
    file = folder.resolve("jobs.db");
  }

  /** A store with a few jobs that have gone some way. */
  private byte[] sound() throws IOException {
    try (JobStore store = JobStore.file(file)) {
      for (int i = 0; i < 3; i++) {
        Job job = JobStoreContract.created(store);
        try (JobRun run = JobRuns.of(store).begin(job.id())) {
          run.plan("plan " + "x".repeat(1000 * i), Jobs.tiling(PARTITIONS, 5));
          for (int k = 0; k < PARTITIONS / 2; k++) {
            run.begun(k);
            run.done(Jobs.checkpoint(k));
          }
          run.failed("what went wrong");
        }
      }
      jobs = store.list();
      partitions = jobs.stream().map(job -> store.partitions(job.id())).toList();
    }
    return Files.readAllBytes(file);
  }

  @Test
  void bytesThatChangedAreToldOrDoNotMatter() throws Exception {
    byte[] sound = sound();
    int[] told = new int[1];
    Seeds.each(
        FLIPS,
        random -> {
          byte[] damaged = sound.clone();
          int at = random.nextInt(damaged.length);
          int count = 1 + random.nextInt(MOST_BYTES);
          for (int i = at; i < Math.min(at + count, damaged.length); i++) {
            damaged[i] ^= (byte) (1 + random.nextInt(255));
          }
          told[0] += isTold(damaged) ? 1 : 0;
        });
    // Some bytes belong to nobody; most do.
    assertThat(told[0]).isGreaterThan(FLIPS / 4);
  }

  @Test
  void aFileThatWasCutIsTold() throws Exception {
    byte[] sound = sound();
    Seeds.each(
        CUTS,
        random -> assertThat(isTold(Arrays.copyOf(sound, random.nextInt(sound.length)))).isTrue());
    // SQLite reads what is missing of a page as zeros, so that a zero at the end is not lost.
    assertThat(isTold(Arrays.copyOf(sound, sound.length - 1)))
        .isEqualTo(sound[sound.length - 1] != 0);
    assertThat(isTold(Arrays.copyOf(sound, sound.length - PAGE))).isTrue();
  }

  @Test
  void blocksOfZerosAreTold() throws Exception {
    byte[] sound = sound();
    for (int at = 0; at < sound.length; at += PAGE) {
      byte[] damaged = sound.clone();
      Arrays.fill(damaged, at, Math.min(at + PAGE, damaged.length), (byte) 0);
      assertThat(isTold(damaged)).as("page at %d", at).isTrue();
    }
  }

  /** What a large file has on how jobs ran is not looked at, and the jobs themselves are. */
  @Test
  void ofALargeFileTheJobsAreLookedAt() throws Exception {
    sound();
    Instant begin = Instant.parse("2025-06-30T00:00:00Z");
    try (JobStore store = JobStore.file(file)) {
      List<Metric> metrics = new ArrayList<>();
      for (int i = 0; i < 100_000; i++) {
        metrics.add(Metric.of(begin.plusSeconds(i / 20), "node:" + i % 20, "latency_millis", i));
      }
      JobTelemetry.of(store).add(jobs.get(0).id(), MetricKind.PERFORMANCE, metrics);
      jobs = store.list();
    }
    byte[] large = Files.readAllBytes(file);
    assertThat(large.length).isGreaterThan(8 << 20);

    assertThat(isTold(zeroed(large, "job_metrics"))).isFalse();
    assertThat(isTold(zeroed(large, "batch_partitions"))).isTrue();
  }

  @Test
  void aValueInTheColumnBesideItsOwnIsTold() throws Exception {
    sound();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      assertThat(
              Jdbi.open(connection)
                  .execute(
                      "UPDATE batch_partitions SET begun = NULL, error = begun"
                          + " WHERE begun IS NOT NULL AND error IS NULL"))
          .isPositive();
    }
    assertThat(isTold(Files.readAllBytes(file))).isTrue();
  }

  /** The bytes with zeros for the first page of a table. */
  private byte[] zeroed(byte[] bytes, String table) throws Exception {
    Files.write(file, bytes);
    int page;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      page =
          Jdbi.open(connection)
              .select("SELECT rootpage FROM sqlite_schema WHERE name = ?", table)
              .mapTo(Integer.class)
              .one();
    }
    byte[] damaged = bytes.clone();
    Arrays.fill(damaged, (page - 1) * PAGE, page * PAGE, (byte) 0);
    return damaged;
  }

  /** Whether a store of these bytes is refused; one that is not must be right. */
  private boolean isTold(byte[] bytes) {
    try {
      for (String suffix : List.of("-wal", "-shm")) {
        Files.deleteIfExists(folder.resolve("jobs.db" + suffix));
      }
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    try (JobStore store = JobStore.file(file)) {
      assertThat(store.list()).isEqualTo(jobs);
      for (int i = 0; i < jobs.size(); i++) {
        assertThat(store.partitions(jobs.get(i).id())).isEqualTo(partitions.get(i));
        try (JobRun run = JobRuns.of(store).begin(jobs.get(i).id())) {
          assertThat(run.partitions()).isEqualTo(partitions.get(i));
          run.begun(PARTITIONS / 2);
          run.done(Jobs.checkpoint(PARTITIONS / 2));
        }
      }
      return false;
    } catch (StorageException e) {
      assertThat(e.location()).isEqualTo(file.toString());
      assertThat(e).hasMessageContaining(file.toString()).hasMessageContaining("; ");
      return true;
    }
  }

  @Test
  void saysWhatAFileIsThatIsNoStore() throws Exception {
    byte[] noise = new byte[10_000];
    new Random(1).nextBytes(noise);
    for (byte[] each :
        List.of("this is no database at all".getBytes(StandardCharsets.UTF_8), noise)) {
      Files.write(file, each);
      assertThatThrownBy(() -> JobStore.file(file))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The job store "
                  + file
                  + " is not a job store: it is no SQLite database; name another file");
      assertThat(file).hasBinaryContent(each);
    }
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> JobStore.file(file))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The job store "
                + file
                + " is empty: its content was lost, or it is not a job store; restore it from a"
                + " backup, or delete it to start with a new store");
    assertThatThrownBy(() -> JobStore.file(folder))
        .isInstanceOf(StorageException.class)
        .hasMessage("The job store " + folder + " is a folder; name a file in it");
    Path below = file.resolve("jobs.db");
    assertThatThrownBy(() -> JobStore.file(below))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The folder of the job store " + below + " cannot be made: ");
  }

  @Test
  void aLogThatWasCutIsAnEarlierMoment() throws Exception {
    sound();
    Path copy = folder.resolve("copy.db");
    Job job;
    try (JobStore store = JobStore.file(file)) {
      job = jobs.get(0);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        for (int k = PARTITIONS / 2; k < PARTITIONS; k++) {
          run.begun(k);
          run.done(Jobs.checkpoint(k));
        }
        Path log = folder.resolve("jobs.db-wal");
        byte[] whole = Files.readAllBytes(log);
        Seeds.each(
            20,
            random -> {
              try {
                Files.deleteIfExists(folder.resolve("copy.db-shm"));
                Files.write(copy, Files.readAllBytes(file));
                byte[] cut = Arrays.copyOf(whole, random.nextInt(whole.length));
                Files.write(folder.resolve("copy.db-wal"), cut);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              try (JobStore earlier = JobStore.file(copy)) {
                Job then = earlier.find(job.id()).orElseThrow();
                List<JobPartition> all = earlier.partitions(job.id());
                int done = then.figures().done();
                assertThat(done).isBetween(PARTITIONS / 2, PARTITIONS);
                for (int k = 0; k < PARTITIONS; k++) {
                  assertThat(all.get(k).status() == PartitionStatus.DONE).isEqualTo(k < done);
                }
              }
            });
      }
    }
  }
}
