package io.ringhaul.scylla;

import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code system.tablets}. The tablet holds the tokens after the last token of the tablet
 * before it, up to its own last token.
 *
 * @param replicas null writes no value
 * @param newReplicas the replicas after the transition; null if the tablet is not in transition
 * @param stage the stage of the transition, such as {@code streaming}; null without transition
 * @param transition the kind of the transition, such as {@code migration}; null without transition
 */
public record Tablet(
    long lastToken,
    @Nullable List<Replica> replicas,
    @Nullable List<Replica> newReplicas,
    @Nullable String stage,
    @Nullable String transition) {

  /** The shard of a node that holds a tablet. */
  public record Replica(UUID host, int shard) {}

  /** A tablet that is not in transition. */
  public Tablet(long lastToken, List<Replica> replicas) {
    this(lastToken, replicas, null, null, null);
  }

  /**
   * Returns tablets of equal width, as ScyllaDB creates them.
   *
   * @param count the number of tablets, at least 1
   * @param replicas the number of replicas of each; tablet i is on the nodes from i on, modulo the
   *     number of nodes
   * @param shards the number of shards of each node
   */
  public static List<Tablet> evenly(int count, List<UUID> nodes, int replicas, int shards) {
    BigInteger width = BigInteger.ONE.shiftLeft(Long.SIZE);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Tablet(
                    width
                        .multiply(BigInteger.valueOf(i + 1L))
                        .divide(BigInteger.valueOf(count))
                        .subtract(BigInteger.ONE)
                        .add(BigInteger.valueOf(Long.MIN_VALUE))
                        .longValueExact(),
                    IntStream.range(i, i + replicas)
                        .mapToObj(n -> new Replica(nodes.get(n % nodes.size()), i % shards))
                        .toList()))
        .toList();
  }

  /** Returns this tablet while it moves to other replicas. */
  public Tablet movingTo(List<Replica> newReplicas) {
    return new Tablet(lastToken, replicas, newReplicas, "streaming", "migration");
  }
}
