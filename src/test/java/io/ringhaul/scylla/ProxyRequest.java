package io.ringhaul.scylla;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request that reached a {@link ScyllaProxy}. A batch is one request for each of its statements.
 *
 * @param node the host id of the coordinator
 * @param shard the shard of the connection
 * @param text the statement as the client wrote it, with ScyllaDB's extensions; for {@link
 *     Kind#EXECUTE} the text that was prepared
 * @param values the bound values in the order of the request
 * @param pageSize 0 or less without paging
 * @param pagingState null for the first page
 * @param consistency the code of the consistency level in the native protocol
 * @param keyspace null if the statement names none
 * @param table null if the statement names none
 * @param bypassesCache true if the statement has {@code BYPASS CACHE}
 * @param timeout the duration of {@code USING TIMEOUT}, as written; null without
 */
public record ProxyRequest(
    UUID node,
    int shard,
    Kind kind,
    String text,
    List<@Nullable ByteBuffer> values,
    int pageSize,
    @Nullable ByteBuffer pagingState,
    int consistency,
    @Nullable String keyspace,
    @Nullable String table,
    boolean bypassesCache,
    @Nullable String timeout) {

  /** The message that carried a statement. */
  public enum Kind {
    QUERY,
    PREPARE,
    EXECUTE,
    BATCH
  }

  /** Returns true if this request runs a statement on a table, rather than prepares it. */
  public boolean runsOn(String keyspace, String table) {
    return kind != Kind.PREPARE && keyspace.equals(this.keyspace) && table.equals(this.table);
  }
}
