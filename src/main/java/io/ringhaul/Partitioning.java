package io.ringhaul;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.Partitionings;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * How what a count or an export reads is divided, and for some ways what is read at all. Export
 * tasks are divided further while they run unless they are {@linkplain ExportRequest#fixedTasks()
 * fixed}. Immutable.
 *
 * @see ScanRequest#partitionBy(Partitioning)
 */
public interface Partitioning {

  /**
   * So many ranges of the token ring, as {@link OperationRequest#taskCount(int)}.
   *
   * @param tasks about how many tasks, 1 to 1,000,000
   * @throws InvalidSettingException if it is out of bounds
   */
  static Partitioning byToken(int tasks) {
    return new Partitionings.ByToken(tasks);
  }

  /**
   * Tasks of about so many bytes each, by the size that the cluster estimates for one copy of the
   * table. At least one task for each node that must coordinate a part of the ring.
   *
   * @param bytes 1 or more
   * @throws InvalidSettingException if it is out of bounds
   */
  static Partitioning bySize(long bytes) {
    return new Partitionings.BySize(bytes);
  }

  /**
   * Only the partitions of listed keys, one small query each. The list is read before the first
   * row, and is whatever can be imported, such as a CSV file with the partition key's columns;
   * other columns of it are not looked at. A key that is listed twice is read once, and one that
   * the table does not have gives nothing. The keys are told apart by their tokens: another
   * partition of the same token, of which there is as good as never one, is read with them.
   *
   * <p>With {@link ScanRequest#tokenRange(long, long)} only those of these tokens. For ranges of
   * tokens alone, that is enough by itself, or {@link #byRanges(ImportSource)} for a list of them.
   *
   * @param keys where they are listed, such as {@code CsvSource.at(file)}; what of it cannot be
   *     read as a key ends the operation with an error that names the file and the line
   */
  static Partitioning byKeys(ImportSource keys) {
    return new Partitionings.ByKeys(Objects.requireNonNull(keys));
  }

  /**
   * Only the partitions with tokens in listed ranges: partitions are ordered by the hash of their
   * keys, so a range of keys is one of tokens. The list is read before the first row, and is
   * whatever can be imported, such as a CSV file, with the columns {@code start_token} (exclusive)
   * and {@code end_token} (inclusive), both {@code bigint}, as {@code nodetool describering} calls
   * them; other columns of it are not looked at. Ranges may overlap, and no row is read twice. A
   * range whose end is below its start passes the end of the ring.
   *
   * <p>They are divided into tasks as the whole ring is, by their size or into {@link
   * OperationRequest#taskCount(int)}: a wide range makes several tasks, and narrow ones that are
   * close to each other share one.
   *
   * <p>With {@link ScanRequest#tokenRange(long, long)} only the tokens that are in both.
   *
   * @param ranges where they are listed, such as {@code CsvSource.at(file)}; a row without a bound,
   *     with one that is no {@code bigint}, or with a range that has no token or ends where it
   *     starts ends the operation with an error that names the file and the line
   */
  static Partitioning byRanges(ImportSource ranges) {
    return new Partitionings.ByRanges(Objects.requireNonNull(ranges));
  }

  /**
   * Only the partitions of a span of time, in a table whose partition key is one column that holds
   * a bucket of time: of type {@code date}, {@code timestamp} (the start of the bucket), or {@code
   * int} or {@code bigint} (the number of the bucket, counted from the epoch). Buckets begin at the
   * epoch, 1970-01-01T00:00Z. They are read as by {@link #byKeys(ImportSource)}, without filtering.
   *
   * <p>Where other columns share the partition key, list the keys; for a clustering column there is
   * {@link ScanRequest#where(String)}, and for write times {@link
   * ExportRequest#writtenAfter(Instant)}.
   *
   * @param column the column, in CQL form
   * @param from the first moment; all of the bucket that has it is read
   * @param to the moment behind the last
   * @param bucket how long a bucket is, in whole milliseconds; whole days for a {@code date}
   * @throws InvalidSettingException if the span is empty, or has more than 1,000,000 buckets
   */
  static Partitioning byTime(String column, Instant from, Instant to, Duration bucket) {
    return Partitionings.ByTime.of(column, from, to, bucket);
  }
}
