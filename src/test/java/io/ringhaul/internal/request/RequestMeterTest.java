package io.ringhaul.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.DriverTimeoutException;
import io.ringhaul.internal.metrics.OperationMetrics;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RequestMeterTest {

  private final OperationMetrics metrics = new OperationMetrics();
  private final RequestMeter meter = new RequestMeter(metrics);

  @Test
  void countsATimeoutThatIsRetried() {
    meter.failed(null, new DriverTimeoutException("late"), false);
    assertThat(metrics.totals().errors()).isEqualTo(1);
    assertThat(metrics.totals().overloads()).isEqualTo(1);
  }

  @Test
  void ignoresATimeoutOfADividedRead() {
    meter.failed(null, new DriverTimeoutException("late"), true);
    assertThat(metrics.totals().errors()).isZero();
    assertThat(metrics.totals().overloads()).isZero();
  }

  @Test
  void countsOtherFailuresOfADividedRead() {
    meter.failed(null, new IOException("broken"), true);
    assertThat(metrics.totals().errors()).isEqualTo(1);
    assertThat(metrics.totals().overloads()).isZero();
  }
}
