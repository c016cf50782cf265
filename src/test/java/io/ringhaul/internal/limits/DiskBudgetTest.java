package io.ringhaul.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.internal.limits.DiskBoundTarget.DiskBudget;
import org.junit.jupiter.api.Test;

/** What tasks write together stays within the bytes that they may have. */
class DiskBudgetTest {

  /** Kept free for each task that is open, whatever its steps were. */
  private static final long STEP = 64 * 1024;

  private final DiskBudget budget = new DiskBudget("/out", 10 * STEP, 3 * STEP, "Make room.");

  @Test
  void whatEarlierRunsWroteCounts() {
    DiskBudget.Share share = budget.open();
    share.grown(3 * STEP);
    share.ended(7 * STEP);
    share.close();
    assertThatThrownBy(() -> budget.open().grown(0))
        .isInstanceOfSatisfying(
            DiskLimitException.class,
            full -> {
              assertThat(full.bytes()).isEqualTo(10 * STEP);
              assertThat(full.location()).isEqualTo("/out");
            })
        .hasMessage(
            "The files of the export in /out reach 655,360 bytes, and maxDiskBytes allows"
                + " 655,360. Make room.");
  }

  @Test
  void roomIsKeptForTheNextStepOfEachTask() {
    DiskBudget.Share one = budget.open();
    DiskBudget.Share other = budget.open();
    one.grown(2 * STEP);
    // 5 are taken, and two steps of 2 each fit.
    other.grown(1);
    assertThatThrownBy(() -> other.grown(STEP + 1)).isInstanceOf(DiskLimitException.class);
    one.close();
    other.close();
    // What was not ended is gone.
    DiskBudget.Share next = budget.open();
    next.grown(2 * STEP);
    next.grown(4 * STEP);
    next.ended(7 * STEP);
  }

  @Test
  void filesThatEndLargerThanTheyMayAreNotKept() {
    DiskBudget.Share share = budget.open();
    share.grown(STEP);
    assertThatThrownBy(() -> share.ended(7 * STEP + 1)).isInstanceOf(DiskLimitException.class);
    share.close();
    DiskBudget.Share again = budget.open();
    again.ended(7 * STEP);
    again.close();
  }
}
