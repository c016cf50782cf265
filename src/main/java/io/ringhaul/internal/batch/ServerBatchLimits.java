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
 * What the server allows to batches of more than one partition, and to one mutation.
 *
 * @param warnPartitions it warns of more partitions to an unlogged batch
 * @param warnBytes it warns of a size beyond that
 * @param failBytes it refuses a size beyond that
 * @param maxMutationBytes the largest mutation; empty where the server does not tell
 */
public record ServerBatchLimits(
    int warnPartitions, long warnBytes, long failBytes, OptionalLong maxMutationBytes) {

  /**
   * Cassandra's defaults, ten partitions, 5 KiB and 50 KiB, and no knowledge of the largest
   * mutation.
   */
  static final ServerBatchLimits DEFAULT =
      new ServerBatchLimits(10, 5 << 10, 50 << 10, OptionalLong.empty());

  /** Half a commit log segment of 32 MiB, as it is by default. */
  private static final long DEFAULT_MUTATION = 16 << 20;

  private static final String PARTITIONS = "unlogged_batch_across_partitions_warn_threshold";
  private static final String WARN = "batch_size_warn_threshold";
  private static final String FAIL = "batch_size_fail_threshold";
  private static final String MUTATION = "max_mutation_size";
  private static final String SEGMENT = "commitlog_segment_size";

  // The names before Cassandra 4.1.
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

  /** The limits of the node that answers, each as it is by default where it cannot be read. */
  public static ServerBatchLimits read(CqlSession session) {
    return of(new ServerSettings(session).values(SETTINGS));
  }

  /** The limits by the server's settings. */
  static ServerBatchLimits of(Map<String, String> settings) {
    return new ServerBatchLimits(
        partitions(settings.get(PARTITIONS)),
        size(settings, WARN, IN_KIB).orElse(DEFAULT.warnBytes),
        size(settings, FAIL, IN_KIB).orElse(DEFAULT.failBytes),
        first(size(settings, MUTATION, IN_KIB), half(size(settings, SEGMENT, IN_MIB))));
  }

  /**
   * The bytes of values to a batch of one partition. What the server stores of small values is
   * larger than they are, so that half of its largest mutation is left for that.
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
   * Sizes as the server's settings tell them: {@code 5KiB} since Cassandra 4.1, and {@code 5} of a
   * unit that is in the setting's name before.
   */
  static final class DataSizeText {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB)?");

    private DataSizeText() {}

    /**
     * The size in bytes.
     *
     * @param text null if the setting has no value
     * @param unit the bytes that a number without a unit counts
     * @return empty if there is no text or it is no size; at most {@link Long#MAX_VALUE}
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
