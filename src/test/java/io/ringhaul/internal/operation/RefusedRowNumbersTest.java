package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.operation.ImportTask.RefusedRowNumbers;
import org.junit.jupiter.api.Test;

class RefusedRowNumbersTest {

  private final RefusedRowNumbers rows = new RefusedRowNumbers(RefusedRowNumbers.MOST);

  @Test
  void sortsRowsIntoTheOrderOfTheTask() {
    for (long ordinal = 100; ordinal > 0; ordinal--) {
      assertThat(rows.add(ordinal, "reason " + ordinal % 3)).isTrue();
    }
    assertThat(rows.sort()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(rows.get(i))
          .isEqualTo(new RefusedRowNumbers.Refused(i + 1, "reason " + (i + 1) % 3));
    }
    rows.drop(98);
    assertThat(rows.add(1L << 50, "later")).isTrue();
    assertThat(rows.sort()).isEqualTo(3);
    assertThat(rows.get(0)).isEqualTo(new RefusedRowNumbers.Refused(99, "reason 0"));
    assertThat(rows.get(2)).isEqualTo(new RefusedRowNumbers.Refused(1L << 50, "later"));
  }

  @Test
  void limitsRowsAndReasons() {
    for (int ordinal = 1; ordinal <= RefusedRowNumbers.MOST; ordinal++) {
      assertThat(rows.add(ordinal, "reason " + ordinal)).isTrue();
    }
    assertThat(rows.add(RefusedRowNumbers.MOST + 1L, "reason 1")).isFalse();
    assertThat(rows.sort()).isEqualTo(RefusedRowNumbers.MOST);
    assertThat(rows.get(0)).isEqualTo(new RefusedRowNumbers.Refused(1, "reason 1"));
    assertThat(rows.get(1_022)).isEqualTo(new RefusedRowNumbers.Refused(1_023, "reason 1023"));
    String other =
        "The cluster refuses the row; the reason was not kept because the task"
            + " has too many reasons";
    assertThat(rows.get(1_023)).isEqualTo(new RefusedRowNumbers.Refused(1_024, other));
    assertThat(rows.get(RefusedRowNumbers.MOST - 1))
        .isEqualTo(new RefusedRowNumbers.Refused(RefusedRowNumbers.MOST, other));
  }
}
