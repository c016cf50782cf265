package io.ringhaul.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.internal.request.RequestSender.RateLimits;
import io.ringhaul.internal.request.RequestSender.RateLimits.TokenBucket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Checks that amounts are paid afterwards and that little idle time is saved. */
class TokenBucketTest {

  private static final long SECOND = 1_000_000_000;

  private static long waitFor(TokenBucket bucket, long amount, long now) {
    return bucket.nanosUntil(bucket.take(amount, now), now);
  }

  @Test
  void callersWaitForAllAmountsTaken() {
    TokenBucket bucket = new TokenBucket(100, 0);
    assertThat(waitFor(bucket, 50, 0)).isEqualTo(SECOND / 2);
    assertThat(waitFor(bucket, 50, 0)).isEqualTo(SECOND);
    assertThat(waitFor(bucket, 0, SECOND)).isZero();
    assertThat(waitFor(bucket, 1_000, SECOND)).isEqualTo(10 * SECOND);
  }

  @Test
  void savesAQuarterOfASecond() {
    TokenBucket bucket = new TokenBucket(100, 0);
    assertThat(waitFor(bucket, 25, 100 * SECOND)).isZero();
    assertThat(waitFor(bucket, 1, 100 * SECOND)).isEqualTo(SECOND / 100);
  }

  @Test
  void keepsTheRateOverTime() {
    TokenBucket bucket = new TokenBucket(7, 0);
    long now = 0;
    for (int i = 0; i < 700; i++) {
      now += waitFor(bucket, 1, now);
    }
    assertThat(now).isBetween(100 * SECOND - 1_000, 100 * SECOND + 1_000);
  }

  @Test
  void largestRateDoesNotOverflow() {
    TokenBucket bucket = new TokenBucket(Long.MAX_VALUE, 0);
    assertThat(waitFor(bucket, Long.MAX_VALUE, 0)).isEqualTo(SECOND);
    assertThat(waitFor(new TokenBucket(1, 0), Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void debtIsPaidAtTheRateThatApplies() {
    TokenBucket bucket = new TokenBucket(100, 0);
    double due = bucket.take(1_000, 0);
    assertThat(bucket.nanosUntil(due, SECOND)).isEqualTo(9 * SECOND);
    bucket.rate(450, SECOND);
    assertThat(bucket.nanosUntil(due, SECOND)).isEqualTo(2 * SECOND);
    assertThat(waitFor(bucket, 450, 2 * SECOND)).isEqualTo(2 * SECOND);
    bucket.rate(0, 2 * SECOND);
    assertThat(waitFor(bucket, Long.MAX_VALUE, 2 * SECOND)).isZero();
  }

  @Test
  void newLimitCountsFromItsBeginning() {
    TokenBucket bucket = new TokenBucket(0, 0);
    assertThat(waitFor(bucket, 1_000_000, SECOND)).isZero();
    bucket.rate(100, 10 * SECOND);
    assertThat(waitFor(bucket, 100, 10 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void changeOfOneLimitKeepsTheDebtOfTheOther() throws InterruptedException {
    long begin = System.nanoTime();
    RateLimits rates = new RateLimits(RequestLimits.NONE.withMaxBytesPerSecond(1_000));
    AtomicInteger looks = new AtomicInteger();
    Thread changes =
        new Thread(() -> rates.change(new RequestLimits(1_000_000, 1_000, 0)), "changes a limit");
    changes.start();
    rates.take(1, 1_500, looks::incrementAndGet);
    changes.join();
    assertThat(System.nanoTime() - begin).isBetween(3 * SECOND / 2, 10 * SECOND);
    assertThat(looks.get()).isBetween(1, 4);
  }

  @Test
  void waitEndsWhenTheLimitIsRemoved() throws InterruptedException {
    RateLimits rates = new RateLimits(new RequestLimits(1, 0, 0));
    Thread waiting = new Thread(() -> takeMany(rates), "waits for a limit");
    waiting.start();
    Thread.sleep(200);
    assertThat(waiting.isAlive()).isTrue();
    rates.change(RequestLimits.NONE);
    waiting.join(60_000);
    assertThat(waiting.isAlive()).isFalse();
  }

  private static void takeMany(RateLimits rates) {
    try {
      rates.take(1_000_000, 0, () -> {});
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void lookEndsLongWait() {
    RateLimits rates = new RateLimits(new RequestLimits(1, 0, 0));
    assertThatThrownBy(
            () ->
                rates.take(
                    1_000_000,
                    0,
                    () -> {
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
  }
}
