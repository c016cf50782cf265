package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.servererrors.CASWriteUnknownException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.ringhaul.request.Failures;
import java.util.List;
import java.util.Map;

/** Tells where it is not known whether a condition held. */
final class LostConditions {

  private LostConditions() {}

  /** Whether the write may have been applied or not, after this failure. */
  static boolean isInDoubt(Throwable failure) {
    return Failures.unwrap(failure) instanceof CASWriteUnknownException
        || isUnavailable(failure)
        || (Failures.isPassing(failure) && !Failures.isSurelyNotApplied(failure));
  }

  /**
   * Whether the write met what it had written itself: the driver has sent it to another node after
   * one that may have applied it.
   */
  static boolean isInDoubt(AsyncResultSet notApplied) {
    return notApplied.getExecutionInfo().getErrors().stream()
        .map(Map.Entry::getValue)
        .anyMatch(LostConditions::isInDoubt);
  }

  /** Whether a node found too few replicas alive. */
  static boolean isUnavailable(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    return cause instanceof UnavailableException
        || (cause instanceof AllNodesFailedException all
            && all.getAllErrors().values().stream()
                .flatMap(List::stream)
                .anyMatch(UnavailableException.class::isInstance));
  }
}
