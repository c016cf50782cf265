package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that only rejections of row content reject a row, with messages of a real server. */
@ClusterTest
class RefusedContentIT {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Guardrail replica_disk_usage violated: Write request failed because disk usage exceeds"
            + " failure threshold",
        "Guardrail write_consistency_levels violated: Provided values [ALL] are not allowed for"
            + " write consistency levels (disallowed values are: [ALL])",
        "Guardrail user_timestamps violated: User provided timestamps (USING TIMESTAMP) is not"
            + " allowed",
        "table t does not exist",
        "Undefined column name v in table s.t"
      })
  void failuresOfEveryRowFailTheWrite(String message) {
    assertThat(RefusedContent.is(refusal(message))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Key length of 70000 is longer than maximum of 65535",
        "Guardrail collection_size violated: Detected collection l in table s.t of size 65KiB,"
            + " exceeds the failure threshold of 64KiB",
        "Guardrail minimum_timestamp violated: The modification timestamp for table t is too far in"
            + " the past"
      })
  void contentOfOneRowIsRejected(String message) {
    assertThat(RefusedContent.is(refusal(message))).isTrue();
  }

  private static InvalidQueryException refusal(String message) {
    Node node = TestCluster.session().getMetadata().getNodes().values().iterator().next();
    return new InvalidQueryException(node, message);
  }
}
