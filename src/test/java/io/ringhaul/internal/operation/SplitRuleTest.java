package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.scan.ScanRest;
import org.junit.jupiter.api.Test;

/** A task is split for idle workers, and never into small parts. */
class SplitRuleTest {

  private static final double MUCH = 1_000;

  @Test
  void makesOnePartForEachIdleWorker() {
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(MUCH, MUCH), 0)).isEqualTo(1);
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(MUCH, MUCH), 1)).isEqualTo(2);
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(MUCH, MUCH), 7)).isEqualTo(8);
  }

  @Test
  void makesPartsOfASecondOrMore() {
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(1.9, MUCH), 7)).isEqualTo(1);
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(2.1, MUCH), 7)).isEqualTo(2);
  }

  @Test
  void makesPartsOfFourPagesOrMore() {
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(MUCH, 7.9), 7)).isEqualTo(1);
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(MUCH, 12), 7)).isEqualTo(3);
  }

  @Test
  void splitsATaskOfUnknownSize() {
    double infinite = Double.POSITIVE_INFINITY;
    assertThat(SplitRule.ADAPTIVE.parts(new ScanRest(infinite, infinite), 1)).isEqualTo(2);
    assertThat(SplitRule.NEVER.parts(new ScanRest(infinite, infinite), 7)).isEqualTo(1);
  }
}
