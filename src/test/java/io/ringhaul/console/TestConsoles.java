package io.ringhaul.console;

import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/** Starts consoles with custom limits. */
final class TestConsoles {

  private TestConsoles() {}

  /**
   * Starts a console.
   *
   * @param most the connection limit
   * @param patience the time limit of a client for each step
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
