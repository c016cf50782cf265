package io.ringhaul.internal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** Cells with more distinct times than a batch has statements are refused before they are split. */
class CellSplitterTest {

  @Test
  void limitsDistinctTimesToTheStatementsOfABatch() {
    DataType set = DataTypes.setOf(DataTypes.INT);
    assertThat(writes(set, 65_535, i -> i)).isEqualTo(65_535);
    assertThat(writes(set, 200_000, i -> i % 40)).isEqualTo(40);
    assertThat(writes(DataTypes.listOf(DataTypes.INT), 60_000, i -> i % 2)).isEqualTo(60_000);
    assertThatThrownBy(() -> writes(set, 1_000_000, i -> i))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "its cells have so many different times that it takes 65536 writes or more, and a"
                + " batch takes 65535; import it with ignoreCellTimes");
    assertThatThrownBy(() -> writes(DataTypes.listOf(DataTypes.INT), 1_000_000, i -> i % 2))
        .isInstanceOf(UnrepresentableValueException.class);
  }

  private static int writes(DataType type, int count, IntToLongFunction writetime) {
    ByteBuffer value = ByteBuffer.allocate(4 + 8 * count).putInt(count);
    ByteBuffer times = ByteBuffer.allocate(4 + 12 * count).putInt(count);
    for (int i = 0; i < count; i++) {
      value.putInt(4).putInt(i);
      times.putInt(8).putLong(writetime.applyAsLong(i));
    }
    value.flip();
    times.flip();
    RawRow row = column -> column == 0 ? value : times;
    TimedColumn column =
        new TimedColumn(
            new ColumnDescription("v", type, Kind.REGULAR),
            0,
            1,
            TimedColumn.ABSENT,
            TimedColumn.form(type));
    CellSplitter split = new CellSplitter(1, CellWrite.UNKNOWN, 0);
    split.add(column, 0, row);
    return split.writes().size();
  }
}
