package io.ringhaul.internal.iceberg;

import io.ringhaul.schema.TableSchema;
import java.time.Instant;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

/**
 * What an export and its table were when the export was planned.
 *
 * @param source the exported columns
 * @param sequenceNumber the table's last sequence number: what has this one or a lower one cannot
 *     hold a file of the export; {@value #UNKNOWN} if the table was not there or has none
 * @param created when the export was planned
 */
record Origin(TableSchema source, long sequenceNumber, Instant created) {

  static final long UNKNOWN = -1;

  private static final int FIRST_VERSION_WITH_NUMBERS = 2;

  /** The last sequence number of a table that is there. */
  static long sequenceNumber(Table table) {
    if (table instanceof HasTableOperations known) {
      TableMetadata metadata = known.operations().current();
      return metadata.formatVersion() < FIRST_VERSION_WITH_NUMBERS
          ? UNKNOWN
          : metadata.lastSequenceNumber();
    }
    return UNKNOWN;
  }
}
