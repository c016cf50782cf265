package io.ringhaul.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.internal.limits.DiskBoundTarget.DiskBudget;
import org.junit.jupiter.api.Test;

/** Tests that the files of all tasks stay within the limit. */
class DiskBudgetTest {

  /** The minimum reserve of an open task. */
  private static final long STEP = 64 * 1024;

  private final DiskBudget budget = new DiskBudget("/out", 10 * STEP, 3 * STEP, "Make room.");

  @Test
  void countsBytesOfEarlierRuns() {
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
            "The files of the export in /out have 655,360 bytes and may need 262,144 more before"
                + " they are closed, and maxDiskBytes allows 655,360. Make room.");
  }

  @Test
  void reservesNextStepOfEachTask() {
    DiskBudget.Share one = budget.open();
    DiskBudget.Share other = budget.open();
    one.grown(2 * STEP);
    // 5 are in use, and a reserve of two steps of 2 fits.
    other.grown(1);
    assertThatThrownBy(() -> other.grown(STEP + 1)).isInstanceOf(DiskLimitException.class);
    one.close();
    other.close();
    // Unfinished files are released.
    DiskBudget.Share next = budget.open();
    next.grown(2 * STEP);
    next.grown(4 * STEP);
    next.ended(7 * STEP);
  }

  @Test
  void doesNotKeepFilesAboveTheLimit() {
    DiskBudget.Share share = budget.open();
    share.grown(STEP);
    assertThatThrownBy(() -> share.ended(7 * STEP + 1)).isInstanceOf(DiskLimitException.class);
    share.close();
    DiskBudget.Share again = budget.open();
    again.ended(7 * STEP);
    again.close();
  }
}
