package io.ringhaul.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Ignored cell times, in columns with any name. */
class StoredTimesTest {

  private static final ColumnDescription ID =
      new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY);

  @Test
  void ignoresTimesInColumnsOfAnyName() {
    List<ColumnDescription> stored = new ArrayList<>(List.of(ID));
    for (DataType type :
        List.of(
            DataTypes.BIGINT,
            DataTypes.INT,
            DataTypes.TIMESTAMP,
            DataTypes.listOf(DataTypes.BIGINT),
            DataTypes.listOf(DataTypes.INT),
            DataTypes.tupleOf(DataTypes.BIGINT),
            DataTypes.tupleOf(DataTypes.INT, DataTypes.INT, DataTypes.INT))) {
      stored.add(new ColumnDescription("odd" + stored.size(), type, Kind.METADATA));
    }
    TableDescription table = new TableDescription("ks", "t", List.of(ID));
    TableSchema schema = TableSchema.of(table, stored);
    assertThat(RestoredTimes.StoredTimes.in(schema)).isEqualTo(stored.subList(1, stored.size()));
    assertThat(RestoredTimes.DEFAULT.leftAside().extend(table, () -> Optional.of(schema)).columns())
        .containsAll(stored)
        .hasSize(stored.size() + 1);
    assertThat(RestoredTimes.DEFAULT.extend(table, () -> Optional.of(schema)).columns())
        .extracting(ColumnDescription::name)
        .containsExactly("id", "ttl_read_at");
  }
}
