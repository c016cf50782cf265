package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job resumes in a cluster with more nodes than at its start. */
class NodesFaults {

  /** Half the tasks and twice the parallelism of the first run. */
  private static final String[] OTHER_OPTIONS = {"--tasks", "12", "--parallelism", "4"};

  @TempDir private Path folder;

  @Test
  void resumesJobsAfterANodeHasJoined() throws Exception {
    try (SandboxCluster cluster = Clusters.start(2);
        CqlSession session = Clusters.connect(cluster);
        FaultBench bench =
            FaultBench.in(
                Files.createDirectory(folder.resolve("bench")),
                session,
                cluster.node(1).address(),
                Clusters.keyspace(session, 1))) {
      Work exported = bench.newExport(Shape.ICEBERG);
      Work imported = bench.newImport(Shape.CSV);
      KilledJob export = bench.job(exported);
      KilledJob importing = bench.job(imported);
      export.killAt(KillPoint.AFTER_CHECKPOINT, 9);
      importing.killAt(KillPoint.AFTER_CHECKPOINT, 9);
      long before = export.stored().figures().rows();

      cluster.addNode();

      export.finish(OTHER_OPTIONS);
      importing.finish(OTHER_OPTIONS);
      assertThat(before).isBetween(1L, bench.table().rows() - 1L);
      exported.assertExact(export.id());
      imported.assertExact(importing.id());
    }
  }
}
