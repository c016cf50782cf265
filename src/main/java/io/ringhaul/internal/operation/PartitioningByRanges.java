package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.Partitioning;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.ImportSource;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The ranges of tokens in a file. */
public record PartitioningByRanges(ImportSource ranges) implements Partitioning, ListedPartitions {

  private static final String SETTING = "byRanges";

  @Override
  public TokenRangeSet tokens(TableDescription table, TokenMap ring) {
    // Sources read the rows of a table: here of one that has the name of the table whose tokens
    // they are, and bounds for columns.
    TableDescription list =
        new TableDescription(
            table.keyspace(), table.name(), List.of(bound("start_token"), bound("end_token")));
    List<TokenRange> listed = new ArrayList<>();
    new PartitioningList(SETTING, ranges)
        .read(list, list.columns(), bounds -> listed.add(range(bounds)));
    return TokenRangeSet.of(listed);
  }

  @Override
  public String amount(TokenRangeSet tokens) {
    return tokens.ranges().size() + " ranges";
  }

  private static ColumnDescription bound(String name) {
    return new ColumnDescription(name, DataTypes.BIGINT, Kind.REGULAR);
  }

  private static TokenRange range(ByteBuffer[] bounds) {
    TokenRange range = new TokenRange(token(bounds[0]), token(bounds[1]));
    if (range.isWholeRing()) {
      // Some tools mean the whole ring by it, others nothing.
      throw new InvalidSettingException(
          SETTING,
          range
              + " ends where it starts; leave "
              + Setting.BY_RANGES.mark()
              + " out to read the whole ring");
    }
    if (range.unwrap().isEmpty()) {
      throw new InvalidSettingException(SETTING, range + " has no token that a row can have");
    }
    return range;
  }

  private static long token(ByteBuffer value) {
    return value.getLong(value.position());
  }
}
