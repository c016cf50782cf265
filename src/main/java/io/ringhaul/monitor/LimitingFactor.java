package io.ringhaul.monitor;

import java.util.Locale;
import java.util.OptionalLong;

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
    ROWS_PER_SECOND(true),

    /** The user's limit on bytes per second; the value is in bytes per second. */
    BYTES_PER_SECOND(true),

    /** The user's limit on CPU time; the value is in percent of the available cores. */
    CPU_SHARE(true),

    /** The latency of the cluster that the user protects; the value is in milliseconds. */
    PROTECTED_LATENCY(true),

    /** The user's limit on requests in flight for each node; the value is in requests. */
    IN_FLIGHT_PER_NODE(true),

    /** The bound on requests in flight; the value is in requests. */
    IN_FLIGHT(true),

    /** The priority of another job of the process, which is higher. */
    PRIORITY(true),

    /** The hours in which the user allows requests: the operation is paused. */
    RUN_WINDOW(true),

    /** The cluster: its answers are awaited. */
    CLUSTER(false),

    /** The CPU time of this process. */
    CLIENT_CPU(false),

    /** The heap of this process. */
    HEAP(false),

    /** The disk of the target. */
    DISK(false),

    /** The network to the target. */
    NETWORK(false),

    /** Another job that uses the same nodes; only if this job was faster without it. */
    OTHER_JOB(false),

    /** Workers have nothing to do. */
    NOTHING(false);

    private final boolean isSet;

    Kind(boolean isSet) {
      this.isSet = isSet;
    }

    /** Whether a user can lift it by changing a setting. */
    public boolean isSet() {
      return isSet;
    }

    /** The name in JSON, in metrics and in traces, such as {@code rows_per_second}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String[] BINARY_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  /** A text for people, such as {@code your limit of 8,000 rows/s} or {@code the cluster}. */
  public String description() {
    return switch (kind) {
      case ROWS_PER_SECOND -> "your limit" + of("%,d rows/s");
      case BYTES_PER_SECOND ->
          "your limit"
              + (value.isPresent() ? " of " + bytes((double) value.getAsLong()) + "/s" : "");
      case CPU_SHARE -> "your limit" + of("%d %% of the CPU");
      case PROTECTED_LATENCY -> "the latency that you protect" + in(" (%,d ms)");
      case IN_FLIGHT_PER_NODE -> "your limit" + of("%,d requests in flight for each node");
      case IN_FLIGHT -> "the bound" + of("%,d requests in flight");
      case PRIORITY -> "a job of higher priority";
      case RUN_WINDOW -> "your run window";
      case CLUSTER -> "the cluster";
      case CLIENT_CPU -> "the CPU of this client";
      case HEAP -> "the heap of this client";
      case DISK -> "the disk";
      case NETWORK -> "the network";
      case OTHER_JOB -> "another job on the same nodes";
      case NOTHING -> "nothing";
    };
  }

  private String of(String format) {
    return in(" of " + format);
  }

  private String in(String format) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsLong()) : "";
  }

  private static String bytes(double count) {
    int unit = 0;
    double rest = count;
    while (rest >= 1024 && unit < BINARY_UNITS.length - 1) {
      rest /= 1024;
      unit++;
    }
    boolean isWhole = rest == Math.rint(rest);
    return String.format(Locale.ROOT, isWhole ? "%,.0f %s" : "%,.1f %s", rest, BINARY_UNITS[unit]);
  }

  @Override
  public String toString() {
    return description();
  }
}
