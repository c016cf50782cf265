package io.ringhaul;

import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.scan.ScanRest;

/** Divides the tasks of an export whenever they can be divided, for tests of other rooms. */
public final class EagerSplits {

  private static final int PARTS = 3;

  private EagerSplits() {}

  /** The same export, whose tasks are divided. */
  public static ExportRequest of(ExportRequest request) {
    return request.splitting(
        new SplitRule() {
          @Override
          public int parts(ScanRest rest, int takers) {
            return PARTS;
          }

          @Override
          public boolean isEager() {
            return true;
          }
        });
  }
}
