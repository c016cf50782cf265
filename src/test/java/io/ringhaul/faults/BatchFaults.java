package io.ringhaul.faults;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Runs {@link BatchFaultsIT} with more kills than a normal build has time for. */
class BatchFaults {

  private static final int KILLS = Integer.getInteger("ringhaul.faults.batchkills", 50);

  @Test
  void appliesBatchesCompletelyOrNotAtAll(TestReporter reporter) throws Exception {
    BatchFaultsIT.run(KILLS, reporter);
  }
}
