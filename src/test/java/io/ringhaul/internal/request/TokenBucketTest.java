package io.ringhaul.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.RequestSender.RateLimits.TokenBucket;
import org.junit.jupiter.api.Test;

/** Checks that amounts are paid afterwards and that little idle time is saved. */
class TokenBucketTest {

  private static final long SECOND = 1_000_000_000;

  @Test
  void callersWaitForAllAmountsTaken() {
    TokenBucket bucket = new TokenBucket(100, 0);
    assertThat(bucket.take(50, 0)).isEqualTo(SECOND / 2);
    assertThat(bucket.take(50, 0)).isEqualTo(SECOND);
    assertThat(bucket.take(0, SECOND)).isZero();
    assertThat(bucket.take(1_000, SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void savesAQuarterOfASecond() {
    TokenBucket bucket = new TokenBucket(100, 0);
    assertThat(bucket.take(25, 100 * SECOND)).isZero();
    assertThat(bucket.take(1, 100 * SECOND)).isEqualTo(SECOND / 100);
  }

  @Test
  void keepsTheRateOverTime() {
    TokenBucket bucket = new TokenBucket(7, 0);
    long now = 0;
    for (int i = 0; i < 700; i++) {
      now += bucket.take(1, now);
    }
    assertThat(now).isBetween(100 * SECOND - 1_000, 100 * SECOND + 1_000);
  }

  @Test
  void largestRateDoesNotOverflow() {
    TokenBucket bucket = new TokenBucket(Long.MAX_VALUE, 0);
    assertThat(bucket.take(Long.MAX_VALUE, 0)).isEqualTo(SECOND);
    assertThat(new TokenBucket(1, 0).take(Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
  }
}
