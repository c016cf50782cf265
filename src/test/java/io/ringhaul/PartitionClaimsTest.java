package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of all readers that meet a partition, one writes its static lists, whoever comes first. */
class PartitionClaimsTest {

  private static final int ROWS = 12;

  /** Three readers of a run of partitions of which each spans readers, in every interleaving. */
  @Test
  void eachPartitionIsClaimedOnce() {
    int[][] splits = {{1, 1, 2, 3}, {3, 3, 3, 3}, {3, 4, 4, 1}};
    // A base-3 number says which reader goes on at each step.
    for (int order = 0; order < Math.pow(3, ROWS); order++) {
      PartitionClaims claims = new PartitionClaims();
      PartitionRun[] readers = new PartitionRun[splits.length];
      int[] read = new int[splits.length];
      Map<Integer, Integer> claimed = new HashMap<>();
      int steps = order;
      boolean fits = true;
      for (int i = 0; fits && i < ROWS; i++) {
        int reader = steps % splits.length;
        steps /= splits.length;
        fits = read[reader] < splits[reader].length;
        if (!fits) {
          break;
        }
        if (readers[reader] == null) {
          readers[reader] = new PartitionRun(claims, new int[] {0});
        }
        int partition = splits[reader][read[reader]++];
        if (readers[reader].next(column -> ByteBuffer.allocate(4).putInt(0, partition))
            && readers[reader].isClaimed()) {
          claimed.merge(partition, 1, Integer::sum);
        }
        if (read[reader] == splits[reader].length) {
          readers[reader].close();
        }
      }
      if (fits) {
        assertThat(claimed).as("order %d", order).isEqualTo(Map.of(1, 1, 2, 1, 3, 1, 4, 1));
      }
    }
  }
}
