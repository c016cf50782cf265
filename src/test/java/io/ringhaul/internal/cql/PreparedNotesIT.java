package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Checks eviction, since applications may prepare statements without limit. */
@ClusterTest
class PreparedNotesIT {

  /** The driver keeps prepared statements for the duration of a request timeout. */
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  private static final int LOOKS = 100;

  @Test
  void evictsEntriesWithoutOwner() throws InterruptedException {
    try (CqlSession session =
        TestCluster.get()
            .newSession(
                config -> config.withDuration(DefaultDriverOption.REQUEST_TIMEOUT, TIMEOUT))) {
      PreparedNotes<String> notes = new PreparedNotes<>();
      PreparedStatement kept = session.prepare("SELECT key FROM system.local");
      notes.put(kept, "kept");
      IntStream.rangeClosed(1, 30)
          .mapToObj(limit -> session.prepare("SELECT key FROM system.local LIMIT " + limit))
          .forEach(dropped -> notes.put(dropped, "dropped"));
      for (int look = 0; notes.size() > 1 && look < LOOKS; look++) {
        System.gc();
        Thread.sleep(TIMEOUT.toMillis() / 20);
      }
      assertThat(notes.size()).isEqualTo(1);
      assertThat(notes.get(kept)).isEqualTo("kept");
    }
  }
}
