package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.batch.HiddenRows;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

public class ObjectRowsTest {

  private final ObjectRows rows = new ObjectRows(table("order_id", "status", "isOpen"));

  private static TableDescription table(String... columns) {
    return new TableDescription(
        "shop",
        "orders",
        Arrays.stream(columns)
            .map(name -> new ColumnDescription(name, DataTypes.TEXT, Kind.REGULAR))
            .toList());
  }

  public record Order(int orderId, @Nullable String status) {}

  public record Other(int orderId, int customer, int street) {}

  public static class Bean {

    public int getOrderID() {
      return 1;
    }

    public String getStatus() {
      return "open";
    }

    public String get() {
      return "no property";
    }

    public static int getInstances() {
      return 1;
    }
  }

  public static class Broken {

    public String getStatus() {
      throw new IllegalStateException("no status");
    }
  }

  private static Map<CqlIdentifier, @Nullable Object> values(@Nullable Object... pairs) {
    Map<CqlIdentifier, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(CqlIdentifier.fromInternal(String.valueOf(pairs[i])), pairs[i + 1]);
    }
    return values;
  }

  @Test
  void readsRecordsMapsAndBeans() {
    assertThat(rows.row(new Order(1, "open")).values())
        .isEqualTo(values("order_id", 1, "status", "open"));
    assertThat(rows.row(new Order(1, null)).values())
        .isEqualTo(values("order_id", 1, "status", null));
    assertThat(rows.row(Map.of("orderId", 1)).values()).isEqualTo(values("order_id", 1));
    Map<String, @Nullable Object> withNull = new LinkedHashMap<>();
    withNull.put("status", null);
    assertThat(rows.row(withNull).values()).isEqualTo(values("status", null));
    assertThat(rows.row(new Bean()).values()).isEqualTo(values("order_id", 1, "status", "open"));
    TableRow row = TableRow.of("shop", "orders").with("status", "open");
    assertThat(rows.row(row)).isSameAs(row);
    assertThat(rows.row(new Order(1, "open")).table()).isEqualTo(CqlIdentifier.fromCql("orders"));
  }

  @Test
  void prefersTheExactName() {
    assertThat(rows.row(Map.of("isOpen", "yes")).values()).isEqualTo(values("isOpen", "yes"));
    assertThat(
            new ObjectRows(table("orderId", "order_id", "status")).row(new Order(1, "x")).values())
        .isEqualTo(values("orderId", 1, "status", "x"));
  }

  @Test
  void writesNamesInSnakeCase() {
    assertThat(List.of("orderId", "orderID", "URLOfPage", "address2", "line2Text", "name"))
        .extracting(ObjectRows::snakeCase)
        .containsExactly("order_id", "order_id", "url_of_page", "address2", "line2_text", "name");
  }

  @Test
  void namesUnknownProperties() {
    assertThatThrownBy(() -> rows.row(new Other(1, 2, 3)))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("has the properties customer, street, which are no columns")
        .hasMessageContaining("shop.orders")
        .hasMessageContaining("the columns are order_id, status, \"isOpen\"");
    assertThatThrownBy(() -> rows.row(Map.of("nosuch", 1)))
        .hasMessageContaining("A map has the keys nosuch, which are no columns");
    assertThatThrownBy(() -> rows.row("text"))
        .hasMessageContaining("java.lang.String has the properties");
    assertThatThrownBy(() -> rows.row(new Object())).hasMessageContaining("has no properties");
    assertThatThrownBy(() -> rows.row(TableRow.of("shop", "other")))
        .hasMessageContaining("A row is of shop.other");
    Map<String, Object> twice = new LinkedHashMap<>();
    twice.put("orderId", 1);
    twice.put("order_id", 2);
    assertThatThrownBy(() -> rows.row(twice))
        .hasMessageContaining("orderId and order_id, both of column order_id");
  }

  @Test
  void refusesTypesThatAreNotPublic() {
    Object hidden = HiddenRows.row();
    assertThatThrownBy(() -> rows.row(hidden))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("orderId() of " + hidden.getClass().getName() + " is not accessible")
        .hasMessageContaining("make the class public");
  }

  @Test
  void reportsTheFailureOfAGetter() {
    assertThatThrownBy(() -> rows.row(new Broken()))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("getStatus() of")
        .hasMessageContaining("no status")
        .hasCauseInstanceOf(IllegalStateException.class);
  }
}
