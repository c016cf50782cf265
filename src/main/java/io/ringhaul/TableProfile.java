package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.schema.TokenRange;
import java.util.List;

/**
 * How the rows of a table are distributed.
 *
 * @param totals the figures of the scan: {@link #rows()} is the number of rows
 * @param partitions the number of partitions
 * @param valueBytes the size of all values in bytes
 * @param replicas what each node holds, by its address; with several replicas, a row counts for
 *     each of them
 * @param ranges what each token range of the ring holds, in its order
 * @param largestByRows the partitions with the most rows, the largest first
 * @param largestByBytes the partitions with the largest values, the largest first
 * @param sizes how many partitions have which size, the smallest first
 * @param columns what each column holds, in the order of the table
 */
public record TableProfile(
    OperationTotals totals,
    long partitions,
    long valueBytes,
    List<Replica> replicas,
    List<Range> ranges,
    List<Partition> largestByRows,
    List<Partition> largestByBytes,
    List<Size> sizes,
    List<Column> columns)
    implements OperationResult {

  public TableProfile {
    replicas = List.copyOf(replicas);
    ranges = List.copyOf(ranges);
    largestByRows = List.copyOf(largestByRows);
    largestByBytes = List.copyOf(largestByBytes);
    sizes = List.copyOf(sizes);
    columns = List.copyOf(columns);
  }

  /**
   * What a node holds.
   *
   * @param node its address, or its host id if the driver does not know the address
   * @param bytes the size of the values
   */
  public record Replica(String node, long partitions, long rows, long bytes) {}

  /**
   * What a token range holds.
   *
   * @param bytes the size of the values
   */
  public record Range(TokenRange tokens, long partitions, long rows, long bytes) {}

  /**
   * A partition.
   *
   * @param key its partition key, such as {@code ("id" = 7)}
   * @param bytes the size of its values
   */
  public record Partition(String key, long rows, long bytes) {}

  /**
   * The number of partitions of a size.
   *
   * @param mostBytes the largest size, a power of 4; the smallest is above the one before
   */
  public record Size(long mostBytes, long partitions) {}

  /**
   * What a column holds.
   *
   * @param name its stored name
   * @param nulls the number of rows without a value
   * @param bytes the size of its values
   */
  public record Column(String name, long nulls, long bytes) {}
}
