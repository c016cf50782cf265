package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.ReadResult;
import io.ringhaul.TableProfile;
import io.ringhaul.TableProfile.Partition;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.request.NodeNames;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.ring.ReplicatedRange;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Reads a table and sums up its rows by partition, token range and column.
 *
 * @param sizing the number of tasks unless it is set
 * @param pageSize rows in a page; 0 to adapt it
 * @param largest the number of partitions to name
 */
public record ProfileOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    int pageSize,
    int largest)
    implements BulkOperation<TableProfile> {

  @Override
  public TableProfile run(CqlSession session, Executor threads) {
    TableDescription table =
        new TableLookup(session).readable(settings.keyspace(), settings.table());
    TokenRing ring =
        RingSource.of(session, settings.keyspace(), settings.table())
            .read(LocalNodes.of(session, settings.requests(1).datacenter()).datacenter());
    Sums sums = new Sums(table, ring, largest);
    ReadResult read =
        new ReadOperation(settings, selection, sizing, List.of(), pageSize, CellTimes.NONE, sums)
            .run(session, threads);
    return sums.profile(session, read);
  }

  /** The rows and the size of a partition that is being read. */
  private static final class Sum {

    private final List<ByteBuffer> key;
    private long rows;
    private long bytes;

    Sum(List<ByteBuffer> key) {
      this.key = key;
    }
  }

  /** The sums of a table. Thread-safe. */
  private static final class Sums implements PageSink {

    /** Sizes are counted by powers of 4. */
    private static final int SIZES = 32;

    private final TableDescription table;
    private final TokenRing ring;
    private final IdentityHashMap<ReplicatedRange, Integer> numbers = new IdentityHashMap<>();

    /** Where the partition key is in a row. */
    private final int[] keyPlaces;

    private final Largest byRows;
    private final Largest byBytes;
    private final long[] rangePartitions;
    private final long[] rangeRows;
    private final long[] rangeBytes;
    private final long[] sizes = new long[SIZES];
    private final long[] nulls;
    private final long[] columnBytes;

    Sums(TableDescription table, TokenRing ring, int largest) {
      this.table = table;
      this.ring = ring;
      ring.ranges().forEach(range -> numbers.put(range, numbers.size()));
      this.keyPlaces = table.partitionKey().stream().mapToInt(table.columns()::indexOf).toArray();
      this.byRows = new Largest(largest, sum -> sum.rows);
      this.byBytes = new Largest(largest, sum -> sum.bytes);
      this.rangePartitions = new long[numbers.size()];
      this.rangeRows = new long[numbers.size()];
      this.rangeBytes = new long[numbers.size()];
      this.nulls = new long[table.columns().size()];
      this.columnBytes = new long[table.columns().size()];
    }

    @Override
    public void accept(Page page) {
      throw new IllegalStateException("Pages go to the receiver of their task");
    }

    @Override
    public PageSink ofTask() {
      return new TaskSums(this);
    }

    private synchronized void add(Sum partition) {
      long token = Murmur3.token(partition.key.toArray(ByteBuffer[]::new));
      int range = Objects.requireNonNull(numbers.get(ring.rangeOf(token)));
      rangePartitions[range]++;
      rangeRows[range] += partition.rows;
      rangeBytes[range] += partition.bytes;
      sizes[size(partition.bytes)]++;
      byRows.offer(partition);
      byBytes.offer(partition);
    }

    private synchronized void add(long[] moreNulls, long[] moreBytes) {
      Arrays.setAll(nulls, i -> nulls[i] + moreNulls[i]);
      Arrays.setAll(columnBytes, i -> columnBytes[i] + moreBytes[i]);
    }

    /** The number of the smallest power of 4 that is not below the size. */
    private static int size(long bytes) {
      return bytes <= 1 ? 0 : (Long.SIZE - Long.numberOfLeadingZeros(bytes - 1) + 1) / 2;
    }

    synchronized TableProfile profile(CqlSession session, ReadResult read) {
      RowKey key = new RowKey(table, table.partitionKey());
      return new TableProfile(
          read.totals(),
          Arrays.stream(rangePartitions).sum(),
          Arrays.stream(columnBytes).sum(),
          replicas(session.getMetadata().getNodes()),
          IntStream.range(0, rangeRows.length)
              .mapToObj(
                  i ->
                      new TableProfile.Range(
                          ring.ranges().get(i).range(),
                          rangePartitions[i],
                          rangeRows[i],
                          rangeBytes[i]))
              .toList(),
          byRows.partitions(key),
          byBytes.partitions(key),
          IntStream.range(0, SIZES)
              .filter(i -> sizes[i] > 0)
              .mapToObj(i -> new TableProfile.Size(1L << (2 * i), sizes[i]))
              .toList(),
          IntStream.range(0, nulls.length)
              .mapToObj(
                  i ->
                      new TableProfile.Column(
                          table.columns().get(i).name(), nulls[i], columnBytes[i]))
              .toList());
    }

    private List<TableProfile.Replica> replicas(Map<UUID, Node> nodes) {
      Map<UUID, long[]> held = new LinkedHashMap<>();
      for (int i = 0; i < rangeRows.length; i++) {
        for (UUID replica : ring.ranges().get(i).replicas()) {
          long[] sums = held.computeIfAbsent(replica, each -> new long[3]);
          sums[0] += rangePartitions[i];
          sums[1] += rangeRows[i];
          sums[2] += rangeBytes[i];
        }
      }
      return held.entrySet().stream()
          .map(
              each -> {
                Node node = nodes.get(each.getKey());
                long[] sums = each.getValue();
                return new TableProfile.Replica(
                    node == null ? each.getKey().toString() : NodeNames.of(node),
                    sums[0],
                    sums[1],
                    sums[2]);
              })
          .sorted(Comparator.comparing(TableProfile.Replica::node))
          .toList();
    }
  }

  /**
   * The sums of a task. Pages of several ranges take turns, so that the first and the last
   * partition of a page may go on in another page of the task.
   */
  private static final class TaskSums implements PageSink {

    private final Sums all;
    private final Map<List<ByteBuffer>, Sum> open = new HashMap<>();
    private final long[] nulls;
    private final long[] columnBytes;

    TaskSums(Sums all) {
      this.all = all;
      this.nulls = new long[all.nulls.length];
      this.columnBytes = new long[all.columnBytes.length];
    }

    @Override
    public void accept(Page page) {
      Sum current = null;
      boolean isFirst = true;
      for (Row row : page.rows()) {
        if (current == null || !hasKey(row, current.key)) {
          if (current != null && !isFirst) {
            // It began and ended within the page.
            all.add(current);
          }
          isFirst = current == null;
          List<ByteBuffer> key = key(row);
          Sum known = open.get(key);
          isFirst |= known != null;
          current = known == null ? new Sum(key) : known;
          if (isFirst) {
            open.put(key, current);
          }
        }
        current.rows++;
        current.bytes += bytes(row);
      }
      if (current != null) {
        open.put(current.key, current);
      }
    }

    private long bytes(Row row) {
      long sum = 0;
      for (int i = 0; i < nulls.length; i++) {
        ByteBuffer value = row.getBytesUnsafe(i);
        if (value == null) {
          nulls[i]++;
        } else {
          columnBytes[i] += value.remaining();
          sum += value.remaining();
        }
      }
      return sum;
    }

    private boolean hasKey(Row row, List<ByteBuffer> key) {
      int[] places = all.keyPlaces;
      for (int i = 0; i < places.length; i++) {
        if (!key.get(i).equals(row.getBytesUnsafe(places[i]))) {
          return false;
        }
      }
      return true;
    }

    /** The key in memory of its own: the buffers of a page are used again. */
    private List<ByteBuffer> key(Row row) {
      List<ByteBuffer> key = new ArrayList<>(all.keyPlaces.length);
      for (int place : all.keyPlaces) {
        ByteBuffer value = row.getBytesUnsafe(place);
        byte[] copy = new byte[value == null ? 0 : value.remaining()];
        if (value != null) {
          value.duplicate().get(copy);
        }
        key.add(ByteBuffer.wrap(copy));
      }
      return key;
    }

    @Override
    public void taskEnded() {
      open.values().forEach(all::add);
      all.add(nulls, columnBytes);
    }
  }

  /** The partitions with the largest figures. */
  private static final class Largest {

    private final int most;
    private final ToLongFunction<Sum> figure;
    private final PriorityQueue<Sum> sums;

    Largest(int most, ToLongFunction<Sum> figure) {
      this.most = most;
      this.figure = figure;
      this.sums = new PriorityQueue<>(Comparator.comparingLong(figure));
    }

    void offer(Sum sum) {
      if (sums.size() < most) {
        sums.add(sum);
      } else if (figure.applyAsLong(sum) > figure.applyAsLong(sums.element())) {
        sums.remove();
        sums.add(sum);
      }
    }

    List<Partition> partitions(RowKey key) {
      return sums.stream()
          .sorted(Comparator.comparingLong(figure).reversed())
          .map(sum -> new Partition(key.text(sum.key::get), sum.rows, sum.bytes))
          .toList();
    }
  }
}
