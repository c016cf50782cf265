package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.metadata.schema.IndexMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.internal.ring.ScyllaDb;
import io.ringhaul.schema.TableDescription;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A table as Spark sees it.
 *
 * @param schema all columns of the table in Spark's types
 * @param indexed stored names of the columns for which the server has an index of whole values
 * @param protocol the version in which the session serializes values
 */
record SparkTable(
    DataSourceOptions options,
    SparkTask.Source source,
    TableDescription description,
    StructType schema,
    Set<String> indexed,
    ProtocolVersion protocol)
    implements SupportsRead, SupportsWrite {

  /**
   * Looks the table up.
   *
   * @throws io.ringhaul.exceptions.UnsuitableTableException if it is missing, or a column has no
   *     type in Spark
   */
  static SparkTable of(CqlSession session, DataSourceOptions options, SparkTask.Source source) {
    TableDescription table = options.lookUp(session, List.of());
    List<StructField> fields =
        table.columns().stream()
            .map(
                column ->
                    DataTypes.createStructField(
                        column.name(),
                        SparkDecoder.of(table, column, options.types()).type(),
                        column.isNullable(table.hasStatics())))
            .toList();
    return new SparkTable(
        options,
        source,
        table,
        DataTypes.createStructType(fields),
        indexed(session, options),
        session.getContext().getProtocolVersion());
  }

  private static Set<String> indexed(CqlSession session, DataSourceOptions options) {
    Set<String> columns = new HashSet<>();
    if (ScyllaDb.of(session).isPresent()) {
      // Old versions read an index for all tokens, whichever a request asks for.
      return columns;
    }
    session
        .getMetadata()
        .getKeyspace(options.keyspace())
        .flatMap(keyspace -> keyspace.getTable(options.table()))
        .map(TableMetadata::getIndexes)
        .ifPresent(
            indexes ->
                indexes.values().stream()
                    .filter(SparkTable::hasWholeValues)
                    .forEach(index -> columns.add(unquoted(index.getTarget()))));
    return columns;
  }

  /** An index with other options may analyze texts, so that it finds other rows. */
  private static boolean hasWholeValues(IndexMetadata index) {
    return Set.of("target", "class_name").containsAll(index.getOptions().keySet());
  }

  private static String unquoted(String target) {
    return target.startsWith("\"")
        ? target.substring(1, target.length() - 1).replace("\"\"", "\"")
        : target;
  }

  @Override
  public String name() {
    return description.toString();
  }

  /** Deprecated, but the other methods of Spark call it. */
  @Override
  @SuppressWarnings("deprecation")
  public StructType schema() {
    return schema;
  }

  @Override
  public Set<TableCapability> capabilities() {
    // Rows may have only some of the columns, so the writer checks the data frame's schema.
    return EnumSet.of(
        TableCapability.BATCH_READ,
        TableCapability.BATCH_WRITE,
        TableCapability.TRUNCATE,
        TableCapability.ACCEPT_ANY_SCHEMA);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap ofScan) {
    return new SparkScanBuilder(this);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return SparkWrite.builder(this, info);
  }

  /** Leaves out the options, which may be secret. */
  @Override
  public String toString() {
    return name();
  }
}
