package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.Tolerance;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ToleratedValuesTest {

  /** A replaced value has all its parts, and replacing it again changes nothing. */
  @Test
  void replacesValuesOfAnyTypeOnce() {
    Seeds.each(
        2_000,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          DataType type = generator.type(3);
          ByteBuffer value = generator.value(type);
          ToleratedValues all = new ToleratedValues(EnumSet.allOf(Tolerance.class));
          ByteBuffer replaced = all.of(type, value);
          if (replaced != null) {
            assertThat(all.of(type, replaced)).isEqualTo(replaced);
          }
          for (Tolerance tolerance : Tolerance.values()) {
            ToleratedValues one = new ToleratedValues(Set.of(tolerance));
            if (!one.concern(type)) {
              assertThat(one.of(type, value)).isEqualTo(value);
            }
          }
        });
  }

  @Test
  void leavesOutWhatIsTolerated() {
    List<BigDecimal> equal =
        List.of(new BigDecimal("100"), new BigDecimal("1E+2"), new BigDecimal("100.00"));
    for (BigDecimal one : equal) {
      assertThat(of(Tolerance.DECIMAL_SCALE, DataTypes.DECIMAL, decimal(one)))
          .isEqualTo(decimal(new BigDecimal("1E+2")));
    }
    ByteBuffer least = decimal(new BigDecimal(BigInteger.TEN, Integer.MIN_VALUE));
    assertThat(of(Tolerance.DECIMAL_SCALE, DataTypes.DECIMAL, least)).isEqualTo(least);
    assertThat(of(Tolerance.TIMESTAMP_SECONDS, DataTypes.TIMESTAMP, bigint(-1)))
        .isEqualTo(bigint(-1_000));
    ByteBuffer negativeZero = ByteBuffer.allocate(4).putFloat(-0.0f).flip();
    assertThat(of(Tolerance.FLOAT_BITS, DataTypes.FLOAT, negativeZero))
        .isEqualTo(ByteBuffer.allocate(4));
    ByteBuffer payload = ByteBuffer.allocate(8).putLong(0x7ff8_0000_0000_0007L).flip();
    assertThat(of(Tolerance.FLOAT_BITS, DataTypes.DOUBLE, payload))
        .isEqualTo(ByteBuffer.allocate(8).putDouble(Double.NaN).flip());
    assertThat(of(Tolerance.EMPTY_AS_NULL, DataTypes.TEXT, ByteBuffer.allocate(0))).isNull();
    assertThat(of(Tolerance.EMPTY_AS_NULL, DataTypes.INT, ByteBuffer.allocate(0))).isNull();
    assertThat(
            of(
                Tolerance.EMPTY_AS_NULL,
                DataTypes.listOf(DataTypes.INT, true),
                ByteBuffer.allocate(4)))
        .isNull();
    assertThat(
            of(Tolerance.EMPTY_AS_NULL, DataTypes.tupleOf(DataTypes.TEXT), ByteBuffer.allocate(4)))
        .isEqualTo(ByteBuffer.allocate(4).putInt(-1).flip());
  }

  private static @Nullable ByteBuffer of(Tolerance tolerance, DataType type, ByteBuffer value) {
    return new ToleratedValues(Set.of(tolerance)).of(type, value);
  }

  private static ByteBuffer bigint(long value) {
    return ByteBuffer.allocate(8).putLong(value).flip();
  }

  private static ByteBuffer decimal(BigDecimal value) {
    return Objects.requireNonNull(
        TypeCodecs.DECIMAL.encode(value, ProtocolVersion.DEFAULT), "a decimal");
  }
}
