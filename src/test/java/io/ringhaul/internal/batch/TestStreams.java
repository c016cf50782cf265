package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Streams for tests of functions that only the engine of a writer has. */
public final class TestStreams {

  private TestStreams() {}

  /** Requests at LOCAL_QUORUM with three attempts and a timeout of 20 s. */
  public static RequestSettings requests(int parallelism) {
    return new RequestSettings(
        parallelism,
        DefaultConsistencyLevel.LOCAL_QUORUM,
        Duration.ofSeconds(20),
        3,
        Optional.empty());
  }

  /** A stream without a maximum age. */
  public static StreamWriter over(
      CqlSession session, RequestSettings requests, BatchLimits limits) {
    return new StreamWriter(
        session,
        new StreamWriter.Settings(
            requests,
            limits,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Grouping.REPLICA_SET,
            Duration.ZERO,
            (statements, bytes) -> {},
            Optional.empty(),
            new OperationMetrics()));
  }
}
