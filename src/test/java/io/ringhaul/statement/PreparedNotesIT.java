package io.ringhaul.statement;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An application may prepare without bound. */
@ClusterTest
class PreparedNotesIT {

  private static final int LOOKS = 100;

  @Test
  void whatNobodyHasAnyMoreIsForgotten() throws InterruptedException {
    CqlSession session = TestCluster.session();
    PreparedNotes<String> notes = new PreparedNotes<>();
    PreparedStatement kept = session.prepare("SELECT key FROM system.local");
    notes.put(kept, "kept");
    for (int limit : IntStream.rangeClosed(1, 30).toArray()) {
      notes.put(session.prepare("SELECT key FROM system.local LIMIT " + limit), "dropped");
    }
    for (int look = 0; notes.size() > 1 && look < LOOKS; look++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(notes.size()).isEqualTo(1);
    assertThat(notes.get(kept)).isEqualTo("kept");
  }
}
