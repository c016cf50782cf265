package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.servererrors.CASWriteUnknownException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Classifies failures of conditional writes. */
final class LostConditions {

  private LostConditions() {}

  /** Whether the outcome of the write is unknown after this failure. */
  static boolean isInDoubt(Throwable failure) {
    return Failures.unwrap(failure) instanceof CASWriteUnknownException
        || lacksReplicasForCommit(failure)
        || (Failures.isPassing(failure) && !Failures.isSurelyNotApplied(failure));
  }

  /**
   * Whether the condition may have failed because of an earlier attempt of the same write: the
   * driver sent the write to another node after one that may have applied it.
   */
  static boolean isInDoubt(AsyncResultSet notApplied) {
    return notApplied.getExecutionInfo().getErrors().stream()
        .map(Map.Entry::getValue)
        .anyMatch(LostConditions::isInDoubt);
  }

  /**
   * Returns the response unless it is not applied and {@linkplain #isInDoubt(AsyncResultSet) in
   * doubt}.
   *
   * @throws CompletionException with the failure of the earlier node
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
   * Whether too few replicas were alive for the commit. If the Paxos round itself lacked replicas,
   * the failure has a serial consistency level and nothing was applied.
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

  /** Whether the write was certainly not applied and will not be. */
  static boolean isSurelyNotApplied(Throwable failure) {
    return Failures.isSurelyNotApplied(failure) && !lacksReplicasForCommit(failure);
  }
}
