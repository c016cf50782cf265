package io.ringhaul.console;

import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.util.UUID;

/**
 * A console in a separate process with a low connection limit. Its jobs change continuously. It
 * prints its address and ends with its standard input.
 */
final class FewConnections {

  static final int MOST = 20;

  private static final long EVERY_MILLIS = 200;

  private FewConnections() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (JobStore store = JobStore.inMemory();
        JobConsole console = TestConsoles.start(store, MOST, ConsoleServer.PATIENCE)) {
      System.out.println(console.uri());
      while (System.in.available() == 0) {
        UUID job = StoredExamples.pending(store, "changing").id();
        Thread.sleep(EVERY_MILLIS);
        store.delete(job);
      }
    }
  }
}
