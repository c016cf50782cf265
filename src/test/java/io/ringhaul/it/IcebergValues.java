package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.data.CqlDuration;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.it.OrdersTable.Address;
import io.ringhaul.it.OrdersTable.Point;
import io.ringhaul.it.OrdersTable.Vector;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Compares the values of {@link OrdersTable} with their form in Iceberg. */
final class IcebergValues {

  private IcebergValues() {}

  static void assertRow(Record row, Map<String, @Nullable Object> expected, long seed) {
    assertThat(row.struct().fields()).hasSize(expected.size());
    expected.forEach(
        (column, value) -> {
          Object actual = plain(row.getField(column));
          Object wanted = iceberg(value);
          if (wanted instanceof String text
              && actual instanceof String read
              && value instanceof BigDecimal) {
            // Compares unscaled value and scale, independent of the notation.
            actual = new BigDecimal(read);
            wanted = new BigDecimal(text);
          }
          // Uses AssertJ only for failures, because it is slow for millions of values.
          if (wanted == null ? actual != null : !wanted.equals(actual)) {
            assertThat(actual)
                .as("column %s of row %s, seed %d", column, row.getField("number"), seed)
                .isEqualTo(wanted);
          }
        });
  }

  private static @Nullable Object iceberg(@Nullable Object value) {
    if (value instanceof BigDecimal || value instanceof BigInteger) {
      return value.toString();
    } else if (value instanceof Short || value instanceof Byte) {
      return ((Number) value).intValue();
    } else if (value instanceof Instant instant) {
      return instant.atOffset(ZoneOffset.UTC);
    } else if (value instanceof LocalTime time) {
      return time.toNanoOfDay();
    } else if (value instanceof InetAddress inet) {
      return inet.getHostAddress();
    } else if (value instanceof CqlDuration duration) {
      return Arrays.<Object>asList(
          duration.getMonths(), duration.getDays(), duration.getNanoseconds());
    } else if (value instanceof SortedSet<?> set) {
      return new ArrayList<>(set);
    } else if (value instanceof Address address) {
      return Arrays.<@Nullable Object>asList(
          address.street(), address.zip(), iceberg(address.tags()));
    } else if (value instanceof Point point) {
      return Arrays.<@Nullable Object>asList(point.x(), point.label(), iceberg(point.y()));
    } else if (value instanceof Vector vector) {
      return TestCluster.hasVectors()
          ? Arrays.<Object>asList(vector.x(), vector.y(), vector.z())
          : vector.bytes();
    }
    return value;
  }

  /** Converts structs to lists of field values. */
  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Record struct) {
      List<@Nullable Object> fields = new ArrayList<>();
      for (int i = 0; i < struct.size(); i++) {
        fields.add(plain(struct.get(i)));
      }
      return fields;
    }
    return value;
  }
}
