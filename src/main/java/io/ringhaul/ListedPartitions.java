package io.ringhaul;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.schema.TableDescription;

/** A way to partition that reads only the partitions of keys that it lists. */
interface ListedPartitions {

  /**
   * The tokens of the keys.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the keys cannot be told, or do not fit
   *     the table
   */
  KeyTokens tokens(TableDescription table, TokenMap ring);
}
