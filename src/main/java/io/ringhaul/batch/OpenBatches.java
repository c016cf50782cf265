package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The batches that are still filling, one for each partition key. Not thread-safe. */
final class OpenBatches {

  /** Statements of one partition, and the size of their values. */
  record Batch(ByteBuffer key, List<BoundStatement> statements, long bytes) {}

  private static final class Open {
    private final List<BoundStatement> statements = new ArrayList<>();
    private long bytes;
  }

  private final BatchLimits limits;
  private final Map<ByteBuffer, Open> open = new LinkedHashMap<>();
  private int buffered;

  OpenBatches(BatchLimits limits) {
    this.limits = limits;
  }

  /** Adds a statement and gives the batches that are to be sent because of it. */
  List<Batch> add(ByteBuffer key, BoundStatement statement, long bytes) {
    List<Batch> full = new ArrayList<>(1);
    Open batch = open.get(key);
    if (batch != null && batch.bytes + bytes > limits.maxBytes()) {
      full.add(take(key));
      batch = null;
    }
    if (batch == null) {
      batch = new Open();
      open.put(key, batch);
    }
    batch.statements.add(statement);
    batch.bytes += bytes;
    buffered++;
    if (batch.statements.size() >= limits.maxStatements() || batch.bytes >= limits.maxBytes()) {
      full.add(take(key));
    } else if (buffered > limits.maxBuffered()) {
      full.add(take(longest()));
    }
    return full;
  }

  /** Takes one batch out; null if none is open. */
  @Nullable Batch takeAny() {
    return open.isEmpty() ? null : take(open.keySet().iterator().next());
  }

  private Batch take(ByteBuffer key) {
    Open batch = Objects.requireNonNull(open.remove(key));
    buffered -= batch.statements.size();
    return new Batch(key, batch.statements, batch.bytes);
  }

  private ByteBuffer longest() {
    return open.entrySet().stream()
        .max(Comparator.comparingInt(entry -> entry.getValue().statements.size()))
        .orElseThrow()
        .getKey();
  }
}
