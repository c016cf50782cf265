package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRangeGroup;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.schema.TokenRange;
import java.util.List;

/** The token ranges of an operation; the floors use the same ranges as Ringhaul. */
public final class RingPieces {

  private RingPieces() {}

  /** Returns the ranges of each task; no range wraps. */
  public static List<List<TokenRange>> of(CqlSession session, int tasks) {
    TokenRing ring =
        RingSource.of(
                session,
                CqlIdentifier.fromInternal(BenchCluster.KEYSPACE),
                CqlIdentifier.fromInternal(Dataset.ORDERS.table()))
            .read(BenchCluster.DATACENTER);
    return TokenRangeSplitter.split(ring, tasks).stream()
        .map(TokenRangeGroup::ranges)
        .map(ranges -> ranges.stream().flatMap(range -> range.unwrap().stream()).toList())
        .toList();
  }
}
