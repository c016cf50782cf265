package io.ringhaul;

import io.ringhaul.internal.operation.SplitRule;
import io.ringhaul.internal.scan.ScanRest;

/** Splits export tasks whenever possible, for tests in other packages. */
public final class EagerSplits {

  private static final int PARTS = 3;

  private EagerSplits() {}

  /** Returns the export with eager splits. */
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
