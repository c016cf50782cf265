package io.ringhaul.monitor;

import io.ringhaul.internal.metrics.ByteSize;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What limits the speed of an operation, measured by the time of its workers. {@link
 * Progress#limitedBy()} has it for about the last ten seconds, {@link BottleneckListener#limitedBy}
 * for the whole operation.
 *
 * @param kind what it is
 * @param share the share of the time in which it limited the operation, 0 to 1
 * @param value the value of a limit in the unit of its {@link Kind}; empty for other kinds
 */
public record LimitingFactor(Kind kind, double share, OptionalLong value) {

  /** What can limit an operation. */
  public enum Kind {

    /** The user's limit on rows per second; the value is in rows per second. */
    ROWS_PER_SECOND("maxRowsPerSecond"),

    /** The user's limit on bytes per second; the value is in bytes per second. */
    BYTES_PER_SECOND("maxBytesPerSecond"),

    /** The user's limit on CPU time; the value is in percent of the available cores. */
    CPU_SHARE("maxCpuShare"),

    /** The latency of the cluster that the user protects; the value is in milliseconds. */
    PROTECTED_LATENCY("protectLatency"),

    /** The user's limit on requests in flight for each node; the value is in requests. */
    IN_FLIGHT_PER_NODE("maxInFlightPerNode"),

    /** The maximum number of requests in flight; the value is in requests. */
    IN_FLIGHT("parallelism"),

    /** Another job of the process, which has a higher priority. */
    PRIORITY("priority"),

    /** The user's run window: outside of it the operation is paused. */
    RUN_WINDOW("runWindow"),

    /** The cluster: the workers wait for its answers. */
    CLUSTER,

    /** The CPU time of this process. */
    CLIENT_CPU,

    /** The heap of this process. */
    HEAP,

    /** The disk of the target. */
    DISK,

    /** A target that is not on a local disk: an object store, the network to it, or a pipe. */
    TARGET,

    /** Another job that uses the same nodes; only if this job was faster without it. */
    OTHER_JOB,

    /** Workers have nothing to do. */
    NOTHING;

    private final @Nullable String setting;

    Kind() {
      this.setting = null;
    }

    Kind(String setting) {
      this.setting = setting;
    }

    /**
     * The method that sets it on a request, such as {@code maxRowsPerSecond}; empty if no setting
     * changes it.
     */
    public Optional<String> setting() {
      return Optional.ofNullable(setting);
    }

    /** Whether a user can lift it by changing a setting. */
    public boolean isSet() {
      return setting != null;
    }

    /** The name in JSON, in metrics and in traces, such as {@code rows_per_second}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A text for people, such as {@code your limit of 8,000 rows/s} or {@code the cluster}. */
  public String description() {
    return switch (kind) {
      case ROWS_PER_SECOND -> "your limit" + of("%,d rows/s");
      case BYTES_PER_SECOND ->
          "your limit"
              + (value.isPresent() ? " of " + ByteSize.text(value.getAsLong()) + "/s" : "");
      case CPU_SHARE -> "your limit" + of("%d %% of the CPU");
      case PROTECTED_LATENCY -> "the latency" + of("%,d ms") + " that you protect";
      case IN_FLIGHT_PER_NODE -> "your limit" + of("%,d requests in flight for each node");
      case IN_FLIGHT -> "the maximum" + of("%,d requests in flight");
      case PRIORITY -> "a job of higher priority";
      case RUN_WINDOW -> "your run window";
      case CLUSTER -> "the cluster";
      case CLIENT_CPU -> "the CPU of this client";
      case HEAP -> "the heap of this client";
      case DISK -> "the disk";
      case TARGET -> "the target";
      case OTHER_JOB -> "another job on the same nodes";
      case NOTHING -> "nothing";
    };
  }

  private String of(String format) {
    return value.isPresent() ? String.format(Locale.ROOT, " of " + format, value.getAsLong()) : "";
  }

  @Override
  public String toString() {
    return description();
  }
}
