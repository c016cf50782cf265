package io.ringhaul.faults;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Topology;
import io.ringhaul.scylla.ScyllaProxy;
import io.ringhaul.scylla.Tablet;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that are killed resume exactly on tablets that have split, merged and moved meanwhile. */
@ClusterTest
@Topology
class KilledOnTabletsIT {

  @TempDir private Path folder;

  @Test
  void resumesExportAcrossMergesSplitsAndMoves() throws Exception {
    try (ScyllaProxy proxy = ScyllaProxy.open();
        FaultBench bench = FaultBench.inTestCluster(folder, proxy.contactPoints().get(0))) {
      List<UUID> nodes = proxy.nodes();
      List<UUID> moved = List.of(nodes.get(2), nodes.get(0), nodes.get(1));
      String keyspace = bench.table().keyspace();
      Work work = bench.newExport(Shape.ICEBERG);
      KilledJob job = bench.job(work);
      proxy.tablets(keyspace, "source", Tablet.evenly(16, nodes, 1, 2));
      job.killAt(KillPoint.AFTER_CHECKPOINT, 5);
      proxy.tablets(keyspace, "source", Tablet.evenly(3, moved, 1, 2));
      job.killAt(KillPoint.BEFORE_CHECKPOINT, 3);
      proxy.tablets(keyspace, "source", Tablet.evenly(31, nodes, 1, 2));
      job.finish();
      work.assertExact(job.id());
    }
  }
}
