package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.ExportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.Compression;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckListener;
import io.ringhaul.monitor.LimitingFactor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that an export stays within its CPU share. Requires an otherwise idle machine. */
@ClusterTest
class CpuShareFaults {

  /** So many that an export at the largest share takes over 3 s; a shorter one names no factor. */
  private static final int ROWS = 120_000;

  /** Exports repeat for this time, so that the bound holds on average. */
  private static final Duration WATCHED = Duration.ofSeconds(20);

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static String keyspace;

  @TempDir private Path folder;

  @BeforeAll
  static void createTable() {
    keyspace = ValuesTable.create("unused", ROWS, id -> "the value of row " + id);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.1, 0.2})
  void usesItsCpuShareAndNoMore(double share) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      // Warms up the JIT compiler, whose CPU time also counts towards the bound.
      export(operator, "warm-up").execute();
      Set<LimitingFactor.Kind> limits = ConcurrentHashMap.newKeySet();
      assertThat(
              used(
                  () ->
                      export(operator, "bounded")
                          .maxCpuShare(share)
                          .onBottleneck(new LimitNames(limits))
                          .execute()))
          .isCloseTo(share, withPercentage(15));
      assertThat(limits).contains(LimitingFactor.Kind.CPU_SHARE);
    }
  }

  @Test
  void usesMoreCpuWithoutBound() {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThat(used(() -> export(operator, "free").execute())).isGreaterThan(0.25);
    }
  }

  /** Collects the kinds of the limiting factors. */
  private record LimitNames(Set<LimitingFactor.Kind> names) implements BottleneckListener {

    @Override
    public void found(Bottleneck bottleneck) {}

    @Override
    public void limitedBy(LimitingFactor factor) {
      names.add(factor.kind());
    }
  }

  private ExportRequest export(TokenAwareBulkOperator operator, String name) {
    return operator
        .export(keyspace, "t")
        // XZ makes the client, not the nodes, the bottleneck.
        .to(CsvTarget.folder(folder.resolve(name + System.nanoTime())).compression(Compression.XZ));
  }

  /** Returns the share of all processors that this process uses while the work runs. */
  private static double used(Runnable work) {
    long cpu = SYSTEM.getProcessCpuTime();
    long began = System.nanoTime();
    while (System.nanoTime() - began < WATCHED.toNanos()) {
      work.run();
    }
    double nanos = (double) (System.nanoTime() - began) * SYSTEM.getAvailableProcessors();
    double share = (SYSTEM.getProcessCpuTime() - cpu) / nanos;
    System.out.printf("share of the processor: %.3f%n", share);
    return share;
  }
}
