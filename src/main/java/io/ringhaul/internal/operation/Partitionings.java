package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.Partitioning;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The implementations of {@link io.ringhaul.Partitioning}. */
public final class Partitionings {

  private Partitionings() {}

  /** Splits the ring into about this number of tasks. */
  public record ByToken(int tasks) implements Partitioning {

    public ByToken {
      OperationSettings.requireBetween("byToken", tasks, 1, TokenRangeSplitter.MAX_TASK_COUNT);
    }
  }

  /** Splits the ring into tasks of about this size. */
  public record BySize(long bytes) implements Partitioning {

    public BySize {
      if (bytes < 1) {
        throw new InvalidSettingException("bySize", "bySize is " + bytes + "; it takes at least 1");
      }
    }

    public ScanSizing sizing() {
      return new ScanSizing(bytes, 0);
    }
  }

  /** The partitions whose keys a file lists. */
  public record ByKeys(ImportSource keys) implements Partitioning, Listed {

    @Override
    public TokenRangeSet tokens(TableDescription table) {
      KeyTokens tokens = new KeyTokens();
      new KeyList("byKeys", keys).read(table, table.partitionKey(), tokens::add);
      return tokens.set();
    }
  }

  /** The token ranges that a file lists. */
  public record ByRanges(ImportSource ranges) implements Partitioning, Listed {

    private static final String SETTING = "byRanges";

    @Override
    public TokenRangeSet tokens(TableDescription table) {
      // Sources read rows of a table. This table has the name of the scanned table, and the
      // bounds of a range are its columns.
      TableDescription list =
          new TableDescription(
              table.keyspace(), table.name(), List.of(bound("start_token"), bound("end_token")));
      List<TokenRange> listed = new ArrayList<>();
      new KeyList(SETTING, ranges).read(list, list.columns(), bounds -> listed.add(range(bounds)));
      return TokenRangeSet.of(listed);
    }

    @Override
    public String amount(TokenRangeSet tokens) {
      return tokens.ranges().size() + " ranges";
    }

    private static ColumnDescription bound(String name) {
      return new ColumnDescription(name, DataTypes.BIGINT, Kind.REGULAR);
    }

    private static TokenRange range(ByteBuffer[] bounds) {
      TokenRange range = new TokenRange(token(bounds[0]), token(bounds[1]));
      if (range.isWholeRing()) {
        // For some tools such a range is the whole ring, for others it is empty.
        throw new InvalidSettingException(
            SETTING,
            range
                + " ends where it starts; leave "
                + Setting.BY_RANGES.mark()
                + " out to read the whole ring");
      }
      if (range.unwrap().isEmpty()) {
        throw new InvalidSettingException(
            SETTING, range + " contains no token that a row can have");
      }
      return range;
    }

    private static long token(ByteBuffer value) {
      return value.getLong(value.position());
    }
  }

  /**
   * The partitions of a time span.
   *
   * @param column the partition key
   * @param first the number of the first bucket, counted from the epoch
   * @param last the number of the last bucket
   * @param bucketMillis the length of a bucket
   */
  public record ByTime(CqlIdentifier column, long first, long last, long bucketMillis)
      implements Partitioning, Listed {

    private static final String SETTING = "byTime";
    private static final long MOST_BUCKETS = 1_000_000;
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** CQL encodes a date as unsigned 32 bits, with the epoch at 2^31. */
    private static final long EPOCH_DAY = 1L << 31;

    public static ByTime of(CqlIdentifier column, Instant from, Instant to, Duration bucket) {
      long millis = bucket.toMillis();
      if (millis < 1 || !Duration.ofMillis(millis).equals(bucket)) {
        throw refusal("takes buckets of whole milliseconds, at least 1 ms, not " + bucket);
      }
      if (!from.isBefore(to)) {
        throw refusal("covers no time from " + from + " to " + to);
      }
      try {
        return of(column, from, to, bucket, millis);
      } catch (ArithmeticException e) {
        throw refusal(
            String.format(
                "cannot express %s or %s in milliseconds since the epoch in 64 bits", from, to));
      }
    }

    private static ByTime of(
        CqlIdentifier column, Instant from, Instant to, Duration bucket, long millis) {
      long first = Math.floorDiv(from.toEpochMilli(), millis);
      // Rounded up to whole milliseconds; the end is exclusive.
      long end = Math.addExact(to.toEpochMilli(), to.getNano() % 1_000_000 == 0 ? 0 : 1);
      long last = Math.floorDiv(Math.subtractExact(end, 1), millis);
      if (Math.subtractExact(last, first) >= MOST_BUCKETS) {
        throw refusal(
            String.format(
                "has %,d buckets of %s from %s to %s; it takes at most %,d",
                last - first + 1, bucket, from, to, MOST_BUCKETS));
      }
      return new ByTime(column, first, last, millis);
    }

    @Override
    public TokenRangeSet tokens(TableDescription table) {
      List<ColumnDescription> key = table.partitionKey();
      if (key.size() != 1 || !key.get(0).name().equals(column.asInternal())) {
        throw refusal(
            String.format(
                "takes a table whose whole partition key is %s, but the partition key of %s"
                    + " is %s: list the keys with %s, or set a condition with %s",
                column.asCql(true),
                table,
                key.stream().map(ColumnDescription::name).toList(),
                Setting.BY_KEYS.mark(),
                Setting.WHERE.mark()));
      }
      DataType type = key.get(0).type();
      KeyTokens tokens = new KeyTokens();
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
                "needs bucket %d of %s, which is out of range for %s of type %s",
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
          throw refusal(
              "takes buckets of whole days for " + column.asCql(true) + ", which is a date");
        }
        long day = Math.multiplyExact(bucket, bucketMillis / DAY_MILLIS);
        return ByteBuffer.allocate(Integer.BYTES)
            .putInt(unsigned(Math.addExact(day, EPOCH_DAY)))
            .flip();
      }
      throw refusal(
          String.format(
              "takes a column of type date, timestamp, int or bigint, but %s is %s",
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

  /** A partitioning that reads only listed partitions, by keys or by ranges. */
  public interface Listed {

    /**
     * The tokens of the partitions.
     *
     * @throws io.ringhaul.exceptions.BulkOperationException if the list cannot be read or does not
     *     fit the table
     */
    TokenRangeSet tokens(TableDescription table);

    /** The size of the list, for display. */
    default String amount(TokenRangeSet tokens) {
      return tokens.width() + " keys";
    }

    /** Identifies the tokens with a checksum, for display and for the fingerprint of a job. */
    default String text(TokenRangeSet tokens) {
      CRC32C sum = new CRC32C();
      ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES);
      for (TokenRange range : tokens.ranges()) {
        bytes.clear();
        bytes.putLong(range.startExclusive()).putLong(range.endInclusive()).flip();
        sum.update(bytes);
      }
      return String.format("%s, checksum %08x", amount(tokens), sum.getValue());
    }
  }

  /**
   * A list of keys or ranges, one row for each entry.
   *
   * @param setting the name of the setting, for messages
   */
  private record KeyList(String setting, ImportSource source) {

    /**
     * Reads the list.
     *
     * @param table has the columns of {@code asked}
     * @param asked the columns of an entry; other columns of the list are ignored
     * @param entries takes the serialized values of these columns, row by row, and must not keep
     *     them; if it refuses an entry, the entry's position is added to the message
     * @throws InvalidSettingException if a row lacks a value for one of the columns, or is refused
     * @throws io.ringhaul.exceptions.BulkOperationException if the list cannot be read
     */
    void read(
        TableDescription table, List<ColumnDescription> asked, Consumer<ByteBuffer[]> entries) {
      List<String> names = asked.stream().map(ColumnDescription::name).toList();
      try (SourceSession session = source.open()) {
        SourcePlan plan = session.plan(table, names, OptionalInt.of(1));
        if (!plan.columns().containsAll(names)) {
          throw new InvalidSettingException(
              setting,
              String.format(
                  "%s takes a list with the columns %s, but %s has only %s: name all of them"
                      + " in its first line",
                  setting, names, plan.location(), plan.columns()));
        }
        List<ColumnDescription> columns = table.select(plan.columns());
        int[] places = names.stream().mapToInt(plan.columns()::indexOf).toArray();
        for (SourceTask task : plan.tasks()) {
          try (RowReader reader = session.open(plan, columns, task)) {
            for (RawRow row = reader.next(); row != null; row = reader.next()) {
              try {
                entries.accept(values(row, names, places));
              } catch (InvalidSettingException e) {
                throw located(e, reader, plan);
              }
            }
          }
        }
      }
    }

    private ByteBuffer[] values(RawRow row, List<String> names, int[] places) {
      ByteBuffer[] values = new ByteBuffer[places.length];
      for (int i = 0; i < places.length; i++) {
        @Nullable ByteBuffer value = row.bytes(places[i]);
        if (value == null) {
          throw new InvalidSettingException(
              setting, "it has no value for " + TableDescription.quote(names.get(i)));
        }
        values[i] = value;
      }
      return values;
    }

    private InvalidSettingException located(
        InvalidSettingException refusal, RowReader reader, SourcePlan plan) {
      String place =
          reader.lastRecord().map(SourceRecord::toString).orElse("a row of " + plan.location());
      return new InvalidSettingException(
          setting,
          String.format("%s cannot take %s: %s", setting, place, refusal.message(Setting::mark)));
    }
  }

  /** Collects the tokens of partition keys. Not thread-safe. */
  private static final class KeyTokens {

    private final List<TokenRange> tokens = new ArrayList<>();

    /**
     * Adds a key.
     *
     * @param key the serialized values of the key's columns, in key order
     */
    void add(ByteBuffer... key) {
      long token = Murmur3.token(key);
      tokens.add(new TokenRange(token - 1, token));
    }

    TokenRangeSet set() {
      return TokenRangeSet.of(tokens);
    }
  }
}
