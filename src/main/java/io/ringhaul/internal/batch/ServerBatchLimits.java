package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.request.ServerSettings;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server's limits on batches with several partitions and on the size of a mutation.
 *
 * @param warnPartitions the server warns of unlogged batches with more partitions
 * @param warnBytes the server warns of larger batches
 * @param failBytes the server rejects larger batches
 * @param maxMutationBytes the size of the largest accepted mutation; empty if unknown
 */
public record ServerBatchLimits(
    int warnPartitions, long warnBytes, long failBytes, OptionalLong maxMutationBytes) {

  /** Cassandra's defaults: 10 partitions, 5 KiB and 50 KiB. The largest mutation is unknown. */
  static final ServerBatchLimits DEFAULT =
      new ServerBatchLimits(10, 5 << 10, 50 << 10, OptionalLong.empty());

  /** Half of the default commit log segment of 32 MiB. */
  private static final long DEFAULT_MUTATION = 16 << 20;

  private static final String PARTITIONS = "unlogged_batch_across_partitions_warn_threshold";
  private static final String WARN = "batch_size_warn_threshold";
  private static final String FAIL = "batch_size_fail_threshold";
  private static final String MUTATION = "max_mutation_size";
  private static final String SEGMENT = "commitlog_segment_size";

  // Suffixes of the names before Cassandra 4.1.
  private static final String IN_KIB = "_in_kb";
  private static final String IN_MIB = "_in_mb";

  private static final List<String> SETTINGS =
      List.of(
          PARTITIONS,
          WARN,
          FAIL,
          MUTATION,
          SEGMENT,
          WARN + IN_KIB,
          FAIL + IN_KIB,
          MUTATION + IN_KIB,
          SEGMENT + IN_MIB);

  /**
   * Reads the limits from the node that answers. A setting that cannot be read counts as its
   * default.
   */
  public static ServerBatchLimits read(CqlSession session) {
    return of(new ServerSettings(session).values(SETTINGS));
  }

  /** Derives the limits from server settings. */
  static ServerBatchLimits of(Map<String, String> settings) {
    return new ServerBatchLimits(
        partitions(settings.get(PARTITIONS)),
        size(settings, WARN, IN_KIB).orElse(DEFAULT.warnBytes),
        size(settings, FAIL, IN_KIB).orElse(DEFAULT.failBytes),
        first(size(settings, MUTATION, IN_KIB), half(size(settings, SEGMENT, IN_MIB))));
  }

  /**
   * Maximum bytes of values in a batch with one partition: half of the largest mutation. The other
   * half covers the overhead with which the server stores small values.
   */
  long onePartitionBytes() {
    return maxMutationBytes.orElse(DEFAULT_MUTATION) / 2;
  }

  private static int partitions(@Nullable String text) {
    try {
      return text == null ? DEFAULT.warnPartitions : Math.max(1, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return DEFAULT.warnPartitions;
    }
  }

  private static OptionalLong size(Map<String, String> settings, String name, String oldUnit) {
    return first(
        DataSizeText.bytes(settings.get(name), 1),
        DataSizeText.bytes(
            settings.get(name + oldUnit), oldUnit.equals(IN_KIB) ? 1L << 10 : 1L << 20));
  }

  private static OptionalLong half(OptionalLong bytes) {
    return bytes.isPresent() ? OptionalLong.of(bytes.getAsLong() / 2) : bytes;
  }

  private static OptionalLong first(OptionalLong... sizes) {
    return Stream.of(sizes)
        .filter(OptionalLong::isPresent)
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  /**
   * Parses sizes of server settings: {@code 5KiB} since Cassandra 4.1; before, {@code 5} with the
   * unit in the name of the setting.
   */
  static final class DataSizeText {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB)?");

    private DataSizeText() {}

    /**
     * Returns the size in bytes.
     *
     * @param text null if the setting has no value
     * @param unit the unit of a number without a suffix, in bytes
     * @return empty if the text is null or not a size; at most {@link Long#MAX_VALUE}
     */
    static OptionalLong bytes(@Nullable String text, long unit) {
      if (text == null) {
        return OptionalLong.empty();
      }
      Matcher size = SIZE.matcher(text.strip());
      if (!size.matches()) {
        return OptionalLong.empty();
      }
      long number = Long.parseLong(size.group(1));
      long of = size.group(2) == null ? unit : unitOf(size.group(2));
      return OptionalLong.of(number > Long.MAX_VALUE / of ? Long.MAX_VALUE : number * of);
    }

    private static long unitOf(String symbol) {
      return switch (symbol) {
        case "KiB" -> 1L << 10;
        case "MiB" -> 1L << 20;
        case "GiB" -> 1L << 30;
        default -> 1;
      };
    }
  }
}
