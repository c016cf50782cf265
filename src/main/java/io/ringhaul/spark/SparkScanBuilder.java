package io.ringhaul.spark;

import io.ringhaul.spark.DataSourceOptions.Option;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.connector.expressions.aggregate.AggregateFunc;
import org.apache.spark.sql.connector.expressions.aggregate.Aggregation;
import org.apache.spark.sql.connector.expressions.aggregate.CountStar;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownAggregates;
import org.apache.spark.sql.connector.read.SupportsPushDownLimit;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Takes over what the server can do for a query. Spark calls its methods in their order here. */
final class SparkScanBuilder
    implements SupportsPushDownV2Filters,
        SupportsPushDownAggregates,
        SupportsPushDownLimit,
        SupportsPushDownRequiredColumns {

  private final SparkTable table;
  private SparkFilters filters = SparkFilters.NONE;
  private StructType columns;
  private boolean counts;
  private int maxRows;

  SparkScanBuilder(SparkTable table) {
    this.table = table;
    this.columns = table.schema();
  }

  @Override
  public Predicate[] pushPredicates(Predicate[] predicates) {
    if (table.options().isSet(Option.PUSHDOWN, true)) {
      // CQL refuses two conditions for one column, and the user's may be for any.
      boolean withConditions = table.options().value(Option.WHERE).isEmpty();
      filters = SparkFilters.of(table, predicates, withConditions);
    }
    return filters.left(predicates);
  }

  @Override
  public Predicate[] pushedPredicates() {
    return filters.pushed().toArray(Predicate[]::new);
  }

  /** Spark asks only if no filter is left to it. */
  @Override
  public boolean pushAggregation(Aggregation aggregation) {
    AggregateFunc[] functions = aggregation.aggregateExpressions();
    counts =
        table.options().isSet(Option.PUSHDOWN, true)
            && aggregation.groupByExpressions().length == 0
            && functions.length == 1
            && functions[0] instanceof CountStar;
    return counts;
  }

  /** Spark asks only if no filter is left to it. */
  @Override
  public boolean pushLimit(int limit) {
    if (!table.options().isSet(Option.PUSHDOWN, true)) {
      return false;
    }
    maxRows = limit;
    return true;
  }

  /** Each partition of the data frame has the limit. */
  @Override
  public boolean isPartiallyPushed() {
    return true;
  }

  /** Spark may also leave out fields of structs, which the server cannot. */
  @Override
  public void pruneColumns(StructType required) {
    List<String> names = List.of(required.fieldNames());
    columns =
        DataTypes.createStructType(
            Stream.of(table.schema().fields())
                .filter(field -> names.contains(field.name()))
                .toArray(StructField[]::new));
  }

  @Override
  public Scan build() {
    return new SparkScan(table, columns, filters, counts, maxRows);
  }
}
