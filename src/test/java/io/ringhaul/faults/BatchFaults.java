package io.ringhaul.faults;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** {@link BatchFaultsIT}, more often than the gate has time for. */
class BatchFaults {

  private static final int KILLS = Integer.getInteger("ringhaul.faults.batchkills", 50);

  @Test
  void batchesAreAppliedWhollyOrNotAtAll(TestReporter reporter) throws Exception {
    BatchFaultsIT.run(KILLS, reporter);
  }
}
