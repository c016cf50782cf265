package io.ringhaul.monitor;

import java.time.Duration;
import java.util.Locale;

/**
 * The health of a running operation.
 *
 * @param state the state
 * @param text a sentence for people without a full stop, such as {@code The cluster has not
 *     answered for 8 s}
 * @param since how long the state has lasted
 */
public record Health(State state, String text, Duration since) {

  /** The states of a running operation. */
  public enum State {

    /** Rows are handled as fast as before, or at a limit. */
    RUNNING_WELL("Running well"),

    /** Rows are handled more slowly than before. */
    SLOWED("Slowed"),

    /**
     * Requests are in flight, and the cluster answers none of them, or has no node with a
     * connection.
     */
    STALLED("Stalled"),

    /** Requests fail, or the operation is about to fail. */
    FAILING("Failing"),

    /** A limit of the user allows no requests now. */
    PAUSED("Paused");

    private final String label;

    State(String label) {
      this.label = label;
    }

    /** The name for people, such as {@code Running well}. */
    public String label() {
      return label;
    }

    /** The name in JSON and in metrics, such as {@code running_well}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A healthy operation. */
  public static final Health WELL =
      new Health(State.RUNNING_WELL, State.RUNNING_WELL.label(), Duration.ZERO);
}
