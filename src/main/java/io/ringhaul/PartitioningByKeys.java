package io.ringhaul;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.format.ImportSource;
import io.ringhaul.ring.TokenRangeSet;
import io.ringhaul.schema.TableDescription;

/** The partitions of keys in a file. */
record PartitioningByKeys(ImportSource keys) implements Partitioning, ListedPartitions {

  @Override
  public TokenRangeSet tokens(TableDescription table, TokenMap ring) {
    KeyTokens tokens = new KeyTokens(ring);
    new PartitioningList("byKeys", keys).read(table, table.partitionKey(), tokens::add);
    return tokens.set();
  }
}
