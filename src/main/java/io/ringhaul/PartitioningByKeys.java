package io.ringhaul;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceSplit;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The partitions of keys in a file. */
record PartitioningByKeys(ImportSource keys) implements Partitioning, ListedPartitions {

  @Override
  public KeyTokens tokens(TableDescription table, TokenMap ring) {
    List<String> names = table.partitionKey().stream().map(ColumnDescription::name).toList();
    KeyTokens tokens = new KeyTokens(ring);
    try (SourceSession session = keys.open()) {
      SourcePlan plan = session.plan(table, names, OptionalInt.of(1));
      if (!plan.columns().containsAll(names)) {
        throw new InvalidSettingException(
            "byKeys",
            String.format(
                "%s has of the columns %s, and the partition key of %s is %s: name all of its"
                    + " columns in the first line",
                plan.location(), plan.columns(), table, names));
      }
      List<ColumnDescription> columns = table.select(plan.columns());
      int[] places = names.stream().mapToInt(plan.columns()::indexOf).toArray();
      for (SourceSplit split : plan.splits()) {
        try (RowReader reader = session.open(plan, columns, split)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            tokens.add(key(row, places));
          }
        }
      }
    }
    return tokens;
  }

  private static ByteBuffer[] key(RawRow row, int[] places) {
    ByteBuffer[] key = new ByteBuffer[places.length];
    for (int i = 0; i < places.length; i++) {
      @Nullable ByteBuffer value = row.bytes(places[i]);
      if (value == null) {
        throw new InvalidSettingException(
            "byKeys", "A key in the list has no value for a column of the partition key");
      }
      key[i] = value;
    }
    return key;
  }
}
