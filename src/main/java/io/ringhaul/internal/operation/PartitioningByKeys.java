package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.Partitioning;
import io.ringhaul.format.ImportSource;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;

/** The partitions of keys in a file. */
public record PartitioningByKeys(ImportSource keys) implements Partitioning, ListedPartitions {

  @Override
  public TokenRangeSet tokens(TableDescription table, TokenMap ring) {
    KeyTokens tokens = new KeyTokens(ring);
    new PartitioningList("byKeys", keys).read(table, table.partitionKey(), tokens::add);
    return tokens.set();
  }
}
