package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.ScanRest;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Splitting running tasks neither loses nor duplicates rows. */
@ClusterTest
@Topology
class SplitTasksIT {

  private static final int PARTITIONS = 400;
  private static final int ROWS_TO_A_PARTITION = 30;

  /** An eighth of the ring with an eighth of the vnodes. */
  private static final TokenRange PART = new TokenRange(0, 1L << 61);

  private static final int RUNS = 3;
  private static final int MOST_SPLITS = 8;

  private static String keyspace;
  private static List<Integer> expected = List.of();

  @TempDir private Path folder;

  private final TokenAwareBulkOperator operator =
      TokenAwareBulkOperator.over(TestCluster.session());

  /** Splits at random, regardless of idle workers, and fails after a given number of calls. */
  private static final class RandomSplits implements SplitRule {

    private final Random random;
    private final int failing;
    private int asked;
    private int splits;

    private RandomSplits(long seed, int failing) {
      this.random = new Random(seed);
      this.failing = failing;
    }

    @Override
    public synchronized int parts(ScanRest rest, int takers) {
      asked++;
      if (asked == failing) {
        throw new StorageException("out", "the disk is full", null);
      }
      if (splits == MOST_SPLITS || random.nextInt(8) > 0) {
        return 1;
      }
      splits++;
      return 2 + random.nextInt(3);
    }

    @Override
    public boolean isEager() {
      return true;
    }
  }

  @BeforeAll
  static void createTable() {
    keyspace = TestCluster.newKeyspace(1);
    String columns = " (p int, c int, id int, PRIMARY KEY (p, c))";
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t" + columns,
            "CREATE TABLE " + keyspace + ".back" + columns));
    CqlSession session = TestCluster.session();
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (p, c, id) VALUES (?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int p = 0; p < PARTITIONS; p++) {
        List<BoundStatement> rows = new ArrayList<>();
        for (int c = 0; c < ROWS_TO_A_PARTITION; c++) {
          rows.add(insert.bind(p, c, p * ROWS_TO_A_PARTITION + c));
        }
        writes.addPartition(rows);
      }
    }
    expected =
        session
            .execute(
                "SELECT id FROM " + keyspace + ".t WHERE token(p) > ? AND token(p) <= ?",
                PART.startExclusive(),
                PART.endInclusive())
            .all()
            .stream()
            .map(row -> row.getInt(0))
            .sorted()
            .toList();
    assertThat(expected).hasSizeGreaterThan(1_000);
  }

  @AfterEach
  void close() {
    operator.close();
  }

  @Test
  void randomSplitsKeepRowsExact() {
    int divided = 0;
    for (int i = 0; i < RUNS; i++) {
      long seed = Seeds.next();
      Path out = folder.resolve("run" + i);
      Random random = new Random(seed);
      ExportResult result =
          request(CsvTarget.folder(out), random).splitting(new RandomSplits(seed, 0)).execute();
      assertThat(result.rows()).as("seed %d", seed).isEqualTo(expected.size());
      assertThat(result.rangesDone()).as("seed %d", seed).isEqualTo(result.rangesPlanned());
      assertThat(ids(out)).as("seed %d", seed).isEqualTo(expected);
      divided += result.tasks();
    }
    assertThat(divided).as("tasks of all runs").isGreaterThan(MOST_SPLITS * RUNS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "PARQUET", "CSV", "JSON"})
  void everyFormatAcceptsMoreTasksThanPlanned(Format format) {
    long seed = Seeds.next();
    ExportResult result =
        request(format.target(folder), new Random(seed))
            .splitting(new RandomSplits(seed, 0))
            .execute();
    assertThat(result.rows()).as("seed %d", seed).isEqualTo(expected.size());
    assertThat(result.files()).as("seed %d", seed).isGreaterThan(4);
    TestCluster.session().execute("TRUNCATE " + keyspace + ".back");
    assertThat(operator.importInto(keyspace, "back").from(format.source(folder)).execute().rows())
        .isEqualTo(expected.size());
    assertThat(operator.count(keyspace, "back").execute().rows()).isEqualTo(expected.size());
  }

  @Test
  void resumesExactlyAfterSplits() {
    for (int i = 0; i < RUNS; i++) {
      long seed = Seeds.next();
      Random random = new Random(seed);
      Path out = folder.resolve("out" + i);
      UUID id = UUID.randomUUID();
      try (JobStore store = JobStore.file(folder.resolve("jobs" + i + ".db"))) {
        JobOptions job = JobOptions.in(store).resuming();
        ExportRequest first =
            request(CsvTarget.folder(out), random)
                .job(job)
                .jobId(id)
                .splitting(new RandomSplits(seed, 20 + random.nextInt(150)));
        assertThatThrownBy(first::execute).as("seed %d", seed).isInstanceOf(StorageException.class);
        List<JobPartition> left = store.partitions(id);
        Tiling.requireExactly(
            TokenRangeSet.of(PART), left.stream().flatMap(each -> each.tokens().stream()).toList());
        ExportResult result =
            request(CsvTarget.folder(out), random)
                .job(job)
                .jobId(id)
                .splitting(new RandomSplits(seed + 1, 0))
                .execute();
        assertThat(result.totals().earlierRows())
            .as("seed %d", seed)
            .isEqualTo(
                left.stream()
                    .filter(each -> each.status() == PartitionStatus.DONE)
                    .mapToLong(JobPartition::rows)
                    .sum());
        assertThat(result.rows()).as("seed %d", seed).isEqualTo(expected.size());
        assertThat(ids(out)).as("seed %d", seed).isEqualTo(expected);
        assertThat(store.find(id).orElseThrow().figures().rows()).isEqualTo(expected.size());
      }
    }
  }

  @Test
  void fixedTasksAreNotSplit() {
    ExportTarget target = CsvTarget.folder(folder.resolve("out"));
    ExportResult result = request(target, new Random(1)).fixedTasks().execute();
    assertThat(result.rows()).isEqualTo(expected.size());
    assertThat(result.tasks()).isLessThan(4 + 2 * TestCluster.get().nodes());
    assertThat(result.files()).isLessThanOrEqualTo(result.tasks());
  }

  private ExportRequest request(ExportTarget target, Random random) {
    return operator
        .export(keyspace, "t")
        .to(target)
        .tokenRange(PART.startExclusive(), PART.endInclusive())
        .taskCount(4)
        .parallelism(1 + random.nextInt(8))
        .pageSize(4 + random.nextInt(8));
  }

  private static List<Integer> ids(Path out) {
    List<Integer> ids = new ArrayList<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".csv")).toList()) {
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
          String[] values = line.split(",", -1);
          int id = Integer.parseInt(values[2]);
          assertThat(
                  Integer.parseInt(values[0]) * ROWS_TO_A_PARTITION + Integer.parseInt(values[1]))
              .isEqualTo(id);
          ids.add(id);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ids.sort(null);
    return ids;
  }
}
