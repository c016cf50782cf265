package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BoundConditionTest {

  private static final TableDescription TABLE =
      new TableDescription(
          "shop",
          "orders",
          List.of(
              new ColumnDescription("id", DataTypes.UUID, Kind.PARTITION_KEY),
              column("status", DataTypes.TEXT),
              column("amount", DataTypes.BIGINT),
              column("price", DataTypes.DECIMAL),
              column("weight", DataTypes.DOUBLE),
              column("created", DataTypes.TIMESTAMP),
              column("day", DataTypes.DATE),
              column("raw", DataTypes.BLOB),
              column("Odd\"Name", DataTypes.INT),
              column("tags", DataTypes.setOf(DataTypes.TEXT)),
              column("steps", DataTypes.listOf(DataTypes.TEXT)),
              column("marks", DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT))));

  private static ColumnDescription column(String name, DataType type) {
    return new ColumnDescription(name, type, Kind.REGULAR);
  }

  private static String bound(String cql, Object... values) {
    return BoundCondition.of(cql, values).cql(TABLE, CodecRegistry.DEFAULT, ProtocolVersion.V5);
  }

  @Test
  void writesValuesAsExactLiterals() {
    assertThat(bound("amount > ?", 10L)).isEqualTo("amount > 10");
    assertThat(bound("amount>=? AND amount!=?", -5L, 7L)).isEqualTo("amount>=-5 AND amount!=7");
    assertThat(bound("price = ?", new BigDecimal("1.10"))).isEqualTo("price = 1.10");
    assertThat(bound("weight < ?", 0.1)).isEqualTo("weight < 0.1");
    assertThat(bound("id = ?", new UUID(0, 1)))
        .isEqualTo("id = 00000000-0000-0000-0000-000000000001");
    assertThat(bound("created > ?", Instant.parse("1969-12-31T23:59:59.999Z")))
        .isEqualTo("created > -1");
    assertThat(bound("day = ?", LocalDate.of(2024, 2, 29))).isEqualTo("day = '2024-02-29'");
    assertThat(bound("raw = ?", ByteBuffer.wrap(new byte[] {1, -1}))).isEqualTo("raw = 0x01ff");
    assertThat(bound("\"Odd\"\"Name\" = ?", 3)).isEqualTo("\"Odd\"\"Name\" = 3");
  }

  @Test
  void widensWholeNumbersThatTheColumnHoldsExactly() {
    assertThat(bound("amount > ?", 10)).isEqualTo("amount > 10");
    assertThat(bound("amount > ?", BigInteger.TEN)).isEqualTo("amount > 10");
    assertThat(bound("price > ?", 10)).isEqualTo("price > 10");
    assertThat(bound("weight > ?", 10L)).isEqualTo("weight > 10.0");
    assertThat(bound("\"Odd\"\"Name\" > ?", 3L)).isEqualTo("\"Odd\"\"Name\" > 3");
  }

  @Test
  void quotesText() {
    assertThat(bound("status = ? AND amount > ?", "x' OR ? = ';--", 1L))
        .isEqualTo("status = 'x'' OR ? = '';--' AND amount > 1");
    assertThat(bound("status = '?' AND amount = ?", 1L)).isEqualTo("status = '?' AND amount = 1");
  }

  @Test
  void takesTheTypeOfElements() {
    assertThat(bound("status IN (?, 'b', ?)", "a", "c")).isEqualTo("status IN ('a', 'b', 'c')");
    assertThat(bound("status IN ?", List.of("a", "b'"))).isEqualTo("status IN ('a', 'b''')");
    assertThat(bound("tags CONTAINS ?", "a")).isEqualTo("tags CONTAINS 'a'");
    assertThat(bound("marks CONTAINS KEY ? AND marks CONTAINS ?", "a", 1))
        .isEqualTo("marks CONTAINS KEY 'a' AND marks CONTAINS 1");
    assertThat(bound("marks[?] = ? AND steps[?] = ?", "a", 1, 0, "s"))
        .isEqualTo("marks['a'] = 1 AND steps[0] = 's'");
    assertThat(bound("status LIKE ?", "a%")).isEqualTo("status LIKE 'a%'");
    assertThat(bound("tags = ?", Set.of("a"))).isEqualTo("tags = {'a'}");
    assertThat(bound("marks = ?", Map.of("a", 1))).isEqualTo("marks = {'a':1}");
  }

  @Test
  void theBoundConditionPassesTheChecksOfConditions() {
    String cql = bound("status = ? AND marks = ?", "a; LIMIT 1 --", Map.of("k:v", 1));
    assertThat(RowSelection.WhereClause.checked(cql)).isEqualTo(cql);
  }

  @Test
  void refusesAtOnceWhatNeedsNoTable() {
    assertRefused(
        () -> BoundCondition.of("amount > ? AND status = ?", 10L),
        "has 2 bind markers (?) and 1 values; pass one value for each marker");
    assertRefused(() -> BoundCondition.of("amount > 1", 10L), "has 0 bind markers");
    assertRefused(() -> BoundCondition.of("amount > ?", new Object[1]), "has null as value 1");
    assertRefused(() -> BoundCondition.of("amount > ?; DROP", 1L), "contains a semicolon");
    assertRefused(() -> BoundCondition.of("amount > :a", 1L), "contains a bind marker");
  }

  @Test
  void refusesValuesThatDoNotFit() {
    assertRefused(
        () -> bound("\"Odd\"\"Name\" > ?", 1L << 40),
        "compares value 1, a java.lang.Long, with the type int, which takes a java.lang.Integer");
    assertRefused(
        () -> bound("price > ?", 0.1),
        "a java.lang.Double, with the type decimal, which takes a java.math.BigDecimal");
    assertRefused(
        () -> bound("weight > ?", (1L << 53) + 1), "a java.lang.Long, with the type double");
    assertRefused(() -> bound("nosuch = ?", 1), "with nosuch, which is no column of shop.orders");
    assertRefused(() -> bound("status IN ?", "a"), "pass a collection, or write IN (?)");
    assertRefused(() -> bound("amount = -?", 1L), "has bind marker 1 where no column is compared");
    assertRefused(() -> bound("(id, amount) = (?, ?)", 1, 2), "has bind marker 1 where no column");
    assertRefused(() -> bound("amount = f(?)", 1L), "has bind marker 1 where no column");
    assertRefused(
        () -> bound("marks CONTAINS KEY ?", 5), "a java.lang.Integer, with the type text");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(message);
  }
}
