package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.SessionConfigSupport;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Tables of Cassandra as data frames of Spark. Spark creates it for the format {@code ringhaul}:
 *
 * <pre>{@code
 * Dataset<Row> orders =
 *     spark
 *         .read()
 *         .format("ringhaul")
 *         .option("spark.cassandra.connection.host", "cassandra")
 *         .option("keyspace", "store")
 *         .option("table", "orders")
 *         .load();
 * }</pre>
 *
 * <p>Options are also taken from Spark's configuration: those named {@code spark.cassandra...}
 * under their names, and each option under {@code spark.datasource.ringhaul.}. An unknown option is
 * an {@link io.ringhaul.exceptions.InvalidSettingException}.
 */
public final class RinghaulDataSource implements SessionConfigSupport, DataSourceRegister {

  /** Called by Spark. */
  public RinghaulDataSource() {}

  @Override
  public String shortName() {
    return "ringhaul";
  }

  @Override
  public String keyPrefix() {
    return shortName();
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return table(options.asCaseSensitiveMap()).schema();
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return table(properties);
  }

  private static SparkTable table(Map<String, String> properties) {
    DataSourceOptions options = DataSourceOptions.of(properties);
    SparkTask.Source source = options.source();
    CqlSession session = Sessions.lease(source);
    try {
      return SparkTable.of(session, options, source);
    } finally {
      Sessions.giveBack(source.id());
    }
  }
}
