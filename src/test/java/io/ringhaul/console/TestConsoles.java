package io.ringhaul.console;

import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/** Consoles with bounds of a test's own. */
final class TestConsoles {

  private TestConsoles() {}

  /**
   * @param most how many connections may be open
   * @param patience how long a client may take for each step
   */
  static JobConsole start(JobStore store, int most, Duration patience) {
    return start(store, new Connections(most, patience));
  }

  static JobConsole start(JobStore store, Connections connections) {
    return JobConsole.start(
        InetAddress.getLoopbackAddress(),
        0,
        Token.random(),
        new KnownJobs(store, Optional.of(new RecordingLauncher())),
        connections);
  }
}
