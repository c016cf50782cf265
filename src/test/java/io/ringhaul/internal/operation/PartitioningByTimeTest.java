package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.Partitioning;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time spans out of the range of the key are refused. */
class PartitioningByTimeTest {

  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void refusesInstantsOutOfTheRangeOfMilliseconds() {
    Instant last = Instant.ofEpochMilli(Long.MAX_VALUE);
    Instant first = Instant.ofEpochMilli(Long.MIN_VALUE);
    assertRefused(() -> Partitioning.byTime("k", Instant.MIN, Instant.EPOCH, DAY));
    assertRefused(() -> Partitioning.byTime("k", Instant.EPOCH, Instant.MAX, DAY));
    assertRefused(() -> Partitioning.byTime("k", first, last, Duration.ofMillis(1)));
    assertRefused(() -> Partitioning.byTime("k", first, last, DAY));
    assertRefused(() -> Partitioning.byTime("k", last.minusMillis(1), last.plusNanos(1), DAY));
  }

  @Test
  void refusesBucketsOutOfTheRangeOfTheType() {
    Instant farDay = Instant.ofEpochSecond(DAY.toSeconds() << 31);
    assertRefused(() -> tokens(DataTypes.DATE, farDay, farDay.plusMillis(1), DAY));
    Instant longAgo = Instant.ofEpochSecond(-(DAY.toSeconds() << 31)).minusMillis(1);
    assertRefused(() -> tokens(DataTypes.DATE, longAgo, longAgo.plusMillis(1), DAY));
    assertRefused(() -> tokens(DataTypes.INT, farDay, farDay.plusMillis(1), Duration.ofSeconds(1)));
    Instant first = Instant.ofEpochMilli(Long.MIN_VALUE);
    assertRefused(() -> tokens(DataTypes.TIMESTAMP, first, first.plusMillis(1), DAY));
  }

  private static void assertRefused(Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("byTime ");
  }

  private static void tokens(DataType type, Instant from, Instant to, Duration bucket) {
    TableDescription table =
        new TableDescription(
            "ks", "t", List.of(new ColumnDescription("k", type, Kind.PARTITION_KEY)));
    Partitionings.ByTime.of(CqlIdentifier.fromCql("k"), from, to, bucket).tokens(table);
  }
}
