package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Time to split the ring of three nodes with 256 vnodes each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Splitting {

  private static final int NODES = 3;
  private static final int VNODES = 256;

  /** Replication factor. */
  @Param({"1", "2", "3"})
  public int replicas = 3;

  /** Requested number of groups. */
  @Param({"24", "512"})
  public int tasks = 24;

  private TokenRing ring = ring(replicas);

  /** Creates the ring of the parameters. */
  @Setup
  public void makeRing() {
    ring = ring(replicas);
  }

  /** Splits the whole ring. */
  @Benchmark
  public List<TokenRangeGroup> ring() {
    return TokenRangeSplitter.split(ring, tasks);
  }

  private static TokenRing ring(int replicas) {
    Random random = new Random(1);
    List<UUID> owners = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      owners.addAll(Collections.nCopies(VNODES, new UUID(0, node)));
    }
    Collections.shuffle(owners, random);
    TreeSet<Long> drawn = new TreeSet<>();
    while (drawn.size() < owners.size()) {
      drawn.add(random.nextLong());
    }
    List<Long> tokens = List.copyOf(drawn);
    List<ReplicatedRange> ranges = new ArrayList<>();
    long start = tokens.get(tokens.size() - 1);
    for (int i = 0; i < tokens.size(); i++) {
      ranges.add(
          new ReplicatedRange(new TokenRange(start, tokens.get(i)), replicas(owners, i, replicas)));
      start = tokens.get(i);
    }
    return TokenRing.of(ranges);
  }

  /**
   * Returns the owners of a token and of the following tokens, as SimpleStrategy places replicas.
   */
  private static List<UUID> replicas(List<UUID> owners, int token, int count) {
    List<UUID> found = new ArrayList<>(count);
    for (int i = token; found.size() < count; i++) {
      UUID owner = owners.get(i % owners.size());
      if (!found.contains(owner)) {
        found.add(owner);
      }
    }
    return found;
  }
}
