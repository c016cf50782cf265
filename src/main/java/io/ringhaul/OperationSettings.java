package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.progress.Progress;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.ring.LocalNodes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * The settings that all operations share, as they were when the operation was started.
 *
 * @param keyspace the keyspace of the table
 * @param table the table that is read or written
 * @param parallelism requests in flight; empty for the default
 * @param splitCount tasks to aim for; empty for the default
 * @param requests how requests are sent; its parallelism is not set yet
 * @param progressListener hears of the progress
 * @param skipsPreflight whether the operation begins without looking whether it can go well
 */
record OperationSettings(
    CqlIdentifier keyspace,
    CqlIdentifier table,
    OptionalInt parallelism,
    OptionalInt splitCount,
    RequestSettings requests,
    Consumer<Progress> progressListener,
    boolean skipsPreflight) {

  /** What a job's store keeps of them, for people. */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    parallelism.ifPresent(value -> texts.put("parallelism", Integer.toString(value)));
    splitCount.ifPresent(value -> texts.put("splitCount", Integer.toString(value)));
    texts.put("consistency", requests.consistency().toString());
    texts.put("requestTimeout", requests.timeout().toString());
    texts.put("maxAttempts", Integer.toString(requests.maxAttempts()));
    if (requests.retriesNonIdempotent()) {
      texts.put("retryNonIdempotent", "true");
    }
    return texts;
  }

  /** The same, and writes that are not idempotent may be sent again. */
  OperationSettings retryingNonIdempotent() {
    return new OperationSettings(
        keyspace,
        table,
        parallelism,
        splitCount,
        requests.retryingNonIdempotent(),
        progressListener,
        skipsPreflight);
  }

  /** How requests are sent, with the asked parallelism or else so many for each local node. */
  RequestSettings requests(int perNode, LocalNodes nodes) {
    int most = 256;
    return requests.withParallelism(
        parallelism.orElse(Math.min(most, perNode * nodes.nodes().size())));
  }
}
