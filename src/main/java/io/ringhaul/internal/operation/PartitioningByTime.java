package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.Partitioning;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The partitions of a span of time.
 *
 * @param column the partition key
 * @param first the number of the first bucket, from the epoch
 * @param last the number of the last bucket
 * @param bucketMillis how long a bucket is
 */
public record PartitioningByTime(CqlIdentifier column, long first, long last, long bucketMillis)
    implements Partitioning, ListedPartitions {

  private static final String SETTING = "byTime";
  private static final long MOST_BUCKETS = 1_000_000;
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  /** A date's form has the epoch in the middle of its 32 bits. */
  private static final long EPOCH_DAY = 1L << 31;

  public static PartitioningByTime of(String column, Instant from, Instant to, Duration bucket) {
    long millis = bucket.toMillis();
    if (millis < 1 || !Duration.ofMillis(millis).equals(bucket)) {
      throw refusal("takes buckets of whole milliseconds, 1 or more, and not of " + bucket);
    }
    if (!from.isBefore(to)) {
      throw refusal("has no moment from " + from + " to " + to);
    }
    try {
      return of(CqlIdentifier.fromCql(column), from, to, bucket, millis);
    } catch (ArithmeticException e) {
      throw refusal(
          String.format(
              "cannot count the milliseconds from the epoch to %s or to %s in 64 bits", from, to));
    }
  }

  private static PartitioningByTime of(
      CqlIdentifier column, Instant from, Instant to, Duration bucket, long millis) {
    long first = Math.floorDiv(from.toEpochMilli(), millis);
    // Rounded up to whole milliseconds, of which the end has none.
    long end = Math.addExact(to.toEpochMilli(), to.getNano() % 1_000_000 == 0 ? 0 : 1);
    long last = Math.floorDiv(Math.subtractExact(end, 1), millis);
    if (Math.subtractExact(last, first) >= MOST_BUCKETS) {
      throw refusal(
          String.format(
              "has %,d buckets of %s from %s to %s; it takes %,d at the most",
              last - first + 1, bucket, from, to, MOST_BUCKETS));
    }
    return new PartitioningByTime(column, first, last, millis);
  }

  @Override
  public TokenRangeSet tokens(TableDescription table, TokenMap ring) {
    List<ColumnDescription> key = table.partitionKey();
    if (key.size() != 1 || !key.get(0).name().equals(column.asInternal())) {
      throw refusal(
          String.format(
              "takes a table whose whole partition key is %s, and that of %s is %s: list its keys"
                  + " with %s, or name a condition with %s",
              column.asCql(true),
              table,
              key.stream().map(ColumnDescription::name).toList(),
              Setting.BY_KEYS.mark(),
              Setting.WHERE.mark()));
    }
    DataType type = key.get(0).type();
    KeyTokens tokens = new KeyTokens(ring);
    for (long bucket = first; bucket <= last; bucket++) {
      tokens.add(key(type, bucket));
    }
    return tokens.set();
  }

  private ByteBuffer key(DataType type, long bucket) {
    try {
      return bytes(type, bucket);
    } catch (ArithmeticException e) {
      throw refusal(
          String.format(
              "comes to bucket %d of %s, which %s, of type %s, cannot hold",
              bucket,
              Duration.ofMillis(bucketMillis),
              column.asCql(true),
              type.asCql(false, true)));
    }
  }

  private ByteBuffer bytes(DataType type, long bucket) {
    if (type.equals(DataTypes.BIGINT)) {
      return ByteBuffer.allocate(Long.BYTES).putLong(bucket).flip();
    }
    if (type.equals(DataTypes.INT)) {
      return ByteBuffer.allocate(Integer.BYTES).putInt(Math.toIntExact(bucket)).flip();
    }
    if (type.equals(DataTypes.TIMESTAMP)) {
      return ByteBuffer.allocate(Long.BYTES)
          .putLong(Math.multiplyExact(bucket, bucketMillis))
          .flip();
    }
    if (type.equals(DataTypes.DATE)) {
      if (bucketMillis % DAY_MILLIS != 0) {
        throw refusal("takes buckets of whole days for " + column.asCql(true) + ", a date");
      }
      long day = Math.multiplyExact(bucket, bucketMillis / DAY_MILLIS);
      return ByteBuffer.allocate(Integer.BYTES)
          .putInt(unsigned(Math.addExact(day, EPOCH_DAY)))
          .flip();
    }
    throw refusal(
        String.format(
            "takes a column of type date, timestamp, int or bigint, and %s is %s",
            column.asCql(true), type.asCql(false, true)));
  }

  private static int unsigned(long value) {
    if (value >>> Integer.SIZE != 0) {
      throw new ArithmeticException();
    }
    return (int) value;
  }

  private static InvalidSettingException refusal(String what) {
    return new InvalidSettingException(SETTING, SETTING + " " + what);
  }
}
