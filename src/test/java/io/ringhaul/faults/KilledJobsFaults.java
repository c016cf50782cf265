package io.ringhaul.faults;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs {@link KilledJobsIT} for every format, in both directions, at every kill point and at {@code
 * -Dringhaul.faults.kills} random moments (default: 30).
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledJobsFaults {

  private static final int KILLS = Integer.getInteger("ringhaul.faults.kills", 30);

  private static final int ROWS_OF_HALF_A_SPLIT = 250;

  /**
   * Three tasks with two running at a time and a rate limit: when the first two are done, the third
   * still needs seconds, so it is split.
   */
  private static final String[] UNEVEN = {
    "--tasks", "3", "--parallelism", "2", "--page-size", "50", "--rate", "1500"
  };

  @TempDir private static Path folder;
  private FaultBench bench;

  @BeforeAll
  void prepare() throws IOException {
    bench = FaultBench.inTestCluster(folder);
  }

  @AfterAll
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @EnumSource
  void resumesExportsKilledAtEveryPoint(Shape shape) throws Exception {
    for (KillPoint point : shape.exportPoints()) {
      resumesFrom(point, 1, bench.newExport(shape));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ICEBERG", "CSV"})
  void resumesExportsKilledAtSplits(Shape shape) throws Exception {
    for (KillPoint point : List.of(KillPoint.BEFORE_SPLIT, KillPoint.AFTER_SPLIT)) {
      Work work = bench.newExport(shape);
      KilledJob job = bench.job(work);
      job.killAt(point, 1, UNEVEN);
      job.finish();
      work.assertExact(job.id());
    }
  }

  @ParameterizedTest
  @EnumSource
  void resumesImportsKilledAtEveryPoint(Shape shape) throws Exception {
    for (KillPoint point : shape.importPoints()) {
      // At this hit, some rows of the split are written and some are not.
      int hit = point == shape.inSplit() ? ROWS_OF_HALF_A_SPLIT : 1;
      resumesFrom(point, hit, bench.newImport(shape));
    }
  }

  @ParameterizedTest
  @EnumSource
  void resumesExportsKilledAtRandomMoments(Shape shape, TestReporter reporter) throws Exception {
    randomly("export to " + shape, () -> bench.newExport(shape), reporter);
  }

  @ParameterizedTest
  @EnumSource
  void resumesImportsKilledAtRandomMoments(Shape shape, TestReporter reporter) throws Exception {
    randomly("import from " + shape, () -> bench.newImport(shape), reporter);
  }

  @Test
  void resumesCopiesKilledAtRandomMoments(TestReporter reporter) throws Exception {
    randomly("copy", bench::newCopy, reporter);
  }

  @Test
  void resumesDeletionsKilledAtRandomMoments(TestReporter reporter) throws Exception {
    randomly("deletion", bench::newDelete, reporter);
  }

  /** Kills the job once, resumes it and checks the result. */
  private void resumesFrom(KillPoint point, int hit, Work work) throws Exception {
    KilledJob job = bench.job(work);
    job.killAt(point, hit);
    job.finish();
    work.assertExact(job.id());
  }

  private void randomly(String what, RandomKills.WorkSupply supply, TestReporter reporter)
      throws Exception {
    long seed = Seeds.next();
    try {
      RandomKills kills = new RandomKills(bench, supply, new Random(seed)).run(KILLS);
      reporter.publishEntry(what + ", seed " + seed + ": " + kills.summary());
    } catch (AssertionError e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
