package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.Partitionings;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * How a scan is divided into tasks; some ways also choose what is read. Running export tasks are
 * divided further unless they are {@linkplain ExportRequest#fixedTasks() fixed}. Immutable.
 *
 * @see ScanRequest#partitionBy(Partitioning)
 */
public interface Partitioning {

  /**
   * By ranges of the token ring, as {@link OperationRequest#taskCount(int)}.
   *
   * @param tasks the approximate number of tasks, 1 to 1,000,000
   * @throws InvalidSettingException if it is out of bounds
   */
  static Partitioning byToken(int tasks) {
    return new Partitionings.ByToken(tasks);
  }

  /**
   * By size: tasks of about this size, from the cluster's estimate for one copy of the table. At
   * least one task for each node that must coordinate a part of the ring.
   *
   * @param bytes the size of a task, 1 or more
   * @throws InvalidSettingException if it is out of bounds
   */
  static Partitioning bySize(long bytes) {
    return new Partitionings.BySize(bytes);
  }

  /**
   * Only the partitions of listed keys, one small query each. The list is read before the first
   * row. It is any source that can be imported, such as a CSV file with the partition key's
   * columns; its other columns are ignored. A key that is listed twice is read once, and a key that
   * the table does not have yields nothing. Keys are compared by token: another partition with the
   * same token, which is very unlikely, is read too.
   *
   * <p>With {@link ScanRequest#tokenRange(long, long)}, only keys with these tokens. Use {@link
   * ScanRequest#tokenRange(long, long)} or {@link #byRanges(ImportSource)} alone for token ranges.
   *
   * @param keys the list, such as {@code CsvSource.at(file)}; a record that is not a key ends the
   *     operation with an error that names the file and the line
   */
  static Partitioning byKeys(ImportSource keys) {
    return new Partitionings.ByKeys(Objects.requireNonNull(keys));
  }

  /**
   * Only the partitions with tokens in listed ranges. The list is read before the first row. It is
   * any source that can be imported, such as a CSV file, with the columns {@code start_token}
   * (exclusive) and {@code end_token} (inclusive), both {@code bigint}, named as in {@code nodetool
   * describering}; its other columns are ignored. Ranges may overlap, and no row is read twice. A
   * range whose end is below its start wraps around the end of the ring.
   *
   * <p>The ranges are divided into tasks as the whole ring is, by size or into {@link
   * OperationRequest#taskCount(int)} tasks: a wide range makes several tasks, and narrow ranges
   * close to each other share one.
   *
   * <p>With {@link ScanRequest#tokenRange(long, long)}, only the tokens that are in both.
   *
   * @param ranges the list, such as {@code CsvSource.at(file)}; a record without two bounds of type
   *     {@code bigint}, or whose range is empty or ends at its start, ends the operation with an
   *     error that names the file and the line
   */
  static Partitioning byRanges(ImportSource ranges) {
    return new Partitionings.ByRanges(Objects.requireNonNull(ranges));
  }

  /**
   * Only the partitions of a period, in a table whose partition key is one column with a time
   * bucket: a {@code date} or {@code timestamp} (the start of the bucket), or an {@code int} or
   * {@code bigint} (the number of the bucket since the epoch). Buckets start at the epoch,
   * 1970-01-01T00:00Z. They are read as with {@link #byKeys(ImportSource)}, without filtering.
   *
   * <p>If the partition key has other columns too, list the keys. For a clustering column use
   * {@link ScanRequest#where(String)}, for write times {@link ExportRequest#writtenAfter(Instant)}.
   *
   * @param column the column, in CQL form
   * @param from the start, inclusive; its whole bucket is read
   * @param to the end, exclusive
   * @param bucket the length of a bucket, in whole milliseconds; whole days for a {@code date}
   * @throws InvalidSettingException if the period is empty or has more than 1,000,000 buckets
   */
  static Partitioning byTime(String column, Instant from, Instant to, Duration bucket) {
    return byTime(CqlIdentifier.fromCql(column), from, to, bucket);
  }

  /** {@link #byTime(String, Instant, Instant, Duration)} with an identifier for the column. */
  static Partitioning byTime(CqlIdentifier column, Instant from, Instant to, Duration bucket) {
    return Partitionings.ByTime.of(column, from, to, bucket);
  }
}
