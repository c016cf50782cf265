package io.ringhaul.internal.files;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The typed form of the plan that a session works on. A plan is decoded when a session first sees
 * it, not for each of its tasks. Thread-safe.
 *
 * @param <P> the plan in the form that is stored
 * @param <T> its typed form, immutable
 */
public final class TypedPlan<P, T> {

  private record Pair<P, T>(P stored, T typed) {}

  private final Function<P, T> decode;
  private volatile @Nullable Pair<P, T> last;

  public TypedPlan(Function<P, T> decode) {
    this.decode = decode;
  }

  /** The typed form of a plan. */
  public T of(P plan) {
    Pair<P, T> known = last;
    if (known == null || known.stored() != plan) {
      known = new Pair<>(plan, decode.apply(plan));
      last = known;
    }
    return known.typed();
  }
}
