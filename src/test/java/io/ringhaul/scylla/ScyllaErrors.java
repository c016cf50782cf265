package io.ringhaul.scylla;

import com.datastax.oss.protocol.internal.ProtocolConstants.ConsistencyLevel;
import com.datastax.oss.protocol.internal.ProtocolConstants.ErrorCode;
import com.datastax.oss.protocol.internal.ProtocolConstants.WriteType;
import com.datastax.oss.protocol.internal.response.Error;
import com.datastax.oss.protocol.internal.response.error.ReadFailure;
import com.datastax.oss.protocol.internal.response.error.ReadTimeout;
import com.datastax.oss.protocol.internal.response.error.Unavailable;
import com.datastax.oss.protocol.internal.response.error.WriteTimeout;
import java.util.Map;

/** Error answers with the codes and messages of ScyllaDB, for consistency level LOCAL_QUORUM. */
public final class ScyllaErrors {

  private static final int CONFIGURATION_ERROR = 0x2300;

  private ScyllaErrors() {}

  /** The answer of a node with too many hints in flight. */
  public static Error overloaded() {
    return new Error(ErrorCode.OVERLOADED, "Too many in flight hints: 10485760");
  }

  /** The answer to a read of which only one of two replicas answered in time. */
  public static Error readTimeout(String keyspace, String table) {
    return new ReadTimeout(timeout(keyspace, table), ConsistencyLevel.LOCAL_QUORUM, 1, 2, false);
  }

  /** The answer to a write that only one of two replicas acknowledged in time. */
  public static Error writeTimeout(String keyspace, String table) {
    return new WriteTimeout(
        timeout(keyspace, table), ConsistencyLevel.LOCAL_QUORUM, 1, 2, WriteType.SIMPLE);
  }

  /** The answer to a request for which too few replicas are alive. */
  public static Error unavailable() {
    return new Unavailable(
        "Cannot achieve consistency level for cl LOCAL_QUORUM. Requires 2, alive 1",
        ConsistencyLevel.LOCAL_QUORUM,
        2,
        1);
  }

  /** The answer to a read that failed on a replica. */
  public static Error readFailure(String keyspace, String table) {
    return new ReadFailure(
        String.format(
            "Operation failed for %s.%s - received 1 responses and 1 failures from 2"
                + " CL=LOCAL_QUORUM.",
            keyspace, table),
        ConsistencyLevel.LOCAL_QUORUM,
        1,
        2,
        1,
        Map.of(),
        false);
  }

  /** The answer about a partition with too many reads, to a driver without the extension. */
  public static Error rateLimit(String keyspace, String table) {
    return new Error(
        CONFIGURATION_ERROR,
        String.format(
            "Per-partition rate limit reached for read in table %s.%s, rejected by replicas",
            keyspace, table));
  }

  private static String timeout(String keyspace, String table) {
    return String.format(
        "Operation timed out for %s.%s - received only 1 responses from 2 CL=LOCAL_QUORUM.",
        keyspace, table);
  }
}
