package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.servererrors.CASWriteUnknownException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Tells where it is not known whether a condition held. */
final class LostConditions {

  private LostConditions() {}

  /** Whether the write may have been applied or not, after this failure. */
  static boolean isInDoubt(Throwable failure) {
    return Failures.unwrap(failure) instanceof CASWriteUnknownException
        || lacksReplicasForCommit(failure)
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

  /**
   * Passes an answer on that is to be believed.
   *
   * @throws CompletionException if it is not applied and {@linkplain #isInDoubt(AsyncResultSet) in
   *     doubt}, with the failure of the earlier node
   */
  static AsyncResultSet requireDecided(AsyncResultSet answer) {
    if (!answer.wasApplied()) {
      for (Map.Entry<?, Throwable> earlier : answer.getExecutionInfo().getErrors()) {
        if (isInDoubt(earlier.getValue())) {
          throw new CompletionException(earlier.getValue());
        }
      }
    }
    return answer;
  }

  /**
   * Whether too few replicas were alive for what follows the decision. It is not so if the round of
   * Paxos itself lacked them, whose level is a serial one: nothing was done then.
   */
  static boolean lacksReplicasForCommit(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      return all.getAllErrors().values().stream()
          .flatMap(List::stream)
          .anyMatch(LostConditions::lacksReplicasForCommit);
    }
    return cause instanceof UnavailableException missed && !missed.getConsistencyLevel().isSerial();
  }

  /** Whether the write was certainly not applied anywhere, and will not be. */
  static boolean isSurelyNotApplied(Throwable failure) {
    return Failures.isSurelyNotApplied(failure) && !lacksReplicasForCommit(failure);
  }
}
