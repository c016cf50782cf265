package io.ringhaul.internal.limits;

import io.ringhaul.internal.request.Steering;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.monitor.LimitingFactor.Kind;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * The handles through which a job is limited, and what its limits need to know about it.
 *
 * @param name the job in messages, such as {@code The export of store.orders}
 * @param nodes the host ids of the cluster's nodes, which identify the cluster
 * @param senders the senders of the job's requests
 * @param pageCeiling sets the maximum bytes of a page
 * @param isEnding whether the job starts no further work; a pause must not delay its end
 * @param pauses listener for pauses
 */
public record JobControls(
    String name,
    Set<UUID> nodes,
    List<Steering> senders,
    LongConsumer pageCeiling,
    BooleanSupplier isEnding,
    PauseListener pauses) {

  public JobControls {
    nodes = Set.copyOf(nodes);
    senders = List.copyOf(senders);
  }

  void ceiling(Kind why, int requests) {
    senders.forEach(sender -> sender.ceiling(why, requests));
  }

  public int parallelism() {
    return senders.stream().mapToInt(Steering::parallelism).max().orElse(1);
  }

  int inFlight() {
    return senders.stream().mapToInt(Steering::inFlight).sum();
  }

  /**
   * Whether the job is ending. If the job cannot determine it, because its store is unavailable or
   * another process has taken the job over, it counts as ending.
   */
  boolean isAtItsEnd() {
    try {
      return isEnding.getAsBoolean();
    } catch (RuntimeException e) {
      return true;
    }
  }
}
