package io.ringhaul.internal.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.RequestLimits;
import org.junit.jupiter.api.Test;

/** Checks that the page size follows the size of rows and the rates. */
class PageSizerTest {

  @Test
  void adaptsToTheTargetSize() {
    PageSizer sizer = new PageSizer(0, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE);
    assertThat(sizer.rows()).isEqualTo(50);
    sizer.learn(50, 50 * 1024);
    assertThat(sizer.rows()).isEqualTo(256);
    sizer.learn(100_000, 100_000);
    assertThat(sizer.rows()).isEqualTo(5_000);
  }

  @Test
  void limitsPagesToAQuarterOfASecond() {
    PageSizer byRows =
        new PageSizer(
            0, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE.withMaxRowsPerSecond(100));
    assertThat(byRows.rows()).isEqualTo(25);
    byRows.learn(1_000, 1_000);
    assertThat(byRows.rows()).isEqualTo(25);
    PageSizer byBytes =
        new PageSizer(
            0, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE.withMaxBytesPerSecond(4_000));
    byBytes.learn(1_000, 10_000);
    assertThat(byBytes.rows()).isEqualTo(100);
    assertThat(
            new PageSizer(
                    0,
                    ScanSettings.MOST_PAGE_SIZE,
                    () -> RequestLimits.NONE.withMaxRowsPerSecond(1))
                .rows())
        .isEqualTo(1);
  }

  @Test
  void keepsAFixedSize() {
    PageSizer sizer =
        new PageSizer(
            700, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE.withMaxRowsPerSecond(100));
    sizer.learn(1, 1 << 20);
    assertThat(sizer.rows()).isEqualTo(700);
  }

  @Test
  void ceilingLimitsEveryPage() {
    PageSizer adapted = new PageSizer(0, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE);
    PageSizer fixed = new PageSizer(700, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE);
    adapted.learn(100, 100 * 1024);
    fixed.learn(100, 100 * 1024);
    adapted.ceiling(64 * 1024);
    fixed.ceiling(64 * 1024);
    assertThat(adapted.rows()).isEqualTo(64);
    assertThat(fixed.rows()).isEqualTo(64);
    adapted.ceiling(Long.MAX_VALUE);
    fixed.ceiling(Long.MAX_VALUE);
    assertThat(adapted.rows()).isEqualTo(256);
    assertThat(fixed.rows()).isEqualTo(700);
  }

  @Test
  void ignoresOtherFailures() {
    PageSizer sizer = new PageSizer(700, ScanSettings.MOST_PAGE_SIZE, () -> RequestLimits.NONE);
    assertThat(sizer.isRefused(700, new IllegalStateException("page size threshold"))).isFalse();
    assertThat(sizer.rows()).isEqualTo(700);
  }
}
