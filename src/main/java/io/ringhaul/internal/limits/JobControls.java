package io.ringhaul.internal.limits;

import io.ringhaul.internal.request.Steering;
import io.ringhaul.limits.PauseListener;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Where a job is held down, and what its limits must know of it.
 *
 * @param name the job for people, such as {@code The export of store.orders}
 * @param nodes the ids of the cluster's nodes, which tell clusters apart
 * @param senders what sends the job's requests
 * @param pageCeiling bounds the bytes of a page from now on
 * @param isEnding whether the job is to begin nothing more, so that no pause may hold up its end
 * @param pauses hears of pauses
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

  void ceiling(Object whose, int requests) {
    senders.forEach(sender -> sender.ceiling(whose, requests));
  }

  public int parallelism() {
    return senders.stream().mapToInt(Steering::parallelism).max().orElse(1);
  }

  int inFlight() {
    return senders.stream().mapToInt(Steering::inFlight).sum();
  }

  /** A job that cannot tell, since its store is away or it is another's by now, is to end too. */
  boolean isAtItsEnd() {
    try {
      return isEnding.getAsBoolean();
    } catch (RuntimeException e) {
      return true;
    }
  }
}
