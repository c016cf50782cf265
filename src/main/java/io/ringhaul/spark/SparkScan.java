package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.OperationPlan;
import io.ringhaul.Partitioning;
import io.ringhaul.ReadRequest;
import io.ringhaul.RowIterator;
import io.ringhaul.ScanRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.operation.Partitionings;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.spark.DataSourceOptions.Option;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.connector.read.SupportsRuntimeV2Filtering;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table, or counts its rows. Each partition of the data frame is a task of Ringhaul's plan:
 * token ranges that a replica has all rows of. Executors read them with requests that go to these
 * replicas.
 */
final class SparkScan implements Batch, SupportsReportStatistics, SupportsRuntimeV2Filtering {

  private static final StructType COUNT =
      DataTypes.createStructType(
          new StructField[] {DataTypes.createStructField("count(*)", DataTypes.LongType, false)});

  /** The least number of partitions for each task that Spark runs at the same time. */
  private static final int PARTITIONS_PER_CORE = 2;

  /** Each partition of a data frame holds its own requests in flight. */
  private static final int REQUESTS_OF_TASK = 2;

  private final SparkTable table;
  private final StructType columns;
  private final SparkFilters filters;
  private final boolean counts;
  private final int maxRows;

  /** The tokens of filters that Spark has only found while the query ran. */
  private Optional<TokenRangeSet> tokensOfJoin = Optional.empty();

  /** A query asks for the plan several times. */
  private @Nullable OperationPlan planBySize;

  /**
   * @param columns what is read; none if only the number of rows matters
   * @param counts whether each partition returns its number of rows
   * @param maxRows the most rows of a partition; 0 for all
   */
  SparkScan(
      SparkTable table, StructType columns, SparkFilters filters, boolean counts, int maxRows) {
    this.table = table;
    this.columns = columns;
    this.filters = filters;
    this.counts = counts;
    this.maxRows = maxRows;
  }

  @Override
  public StructType readSchema() {
    return counts ? COUNT : columns;
  }

  @Override
  public String description() {
    List<String> parts = new ArrayList<>();
    parts.add(table.name());
    condition().ifPresent(condition -> parts.add("where " + condition));
    filters.tokens().ifPresent(keys -> parts.add("partition keys: " + keys.ranges().size()));
    if (counts) {
      parts.add("count");
    }
    if (maxRows > 0) {
      parts.add("limit " + maxRows);
    }
    return String.join(", ", parts);
  }

  private Optional<String> condition() {
    List<String> conditions = new ArrayList<>();
    table.options().value(Option.WHERE).ifPresent(conditions::add);
    conditions.addAll(filters.conditions());
    return conditions.isEmpty() ? Optional.empty() : Optional.of(String.join(" AND ", conditions));
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public NamedReference[] filterAttributes() {
    // Spark filters by columns that it reads.
    List<String> read = List.of(columns.fieldNames());
    return counts || !table.options().isSet(Option.PUSHDOWN, true)
        ? new NamedReference[0]
        : table.description().partitionKey().stream()
            .map(ColumnDescription::name)
            .filter(read::contains)
            .map(name -> Expressions.column('`' + name.replace("`", "``") + '`'))
            .toArray(NamedReference[]::new);
  }

  /** Takes the keys of the other side of a join. */
  @Override
  public void filter(Predicate[] predicates) {
    Predicate[] all =
        Stream.concat(filters.pushed().stream(), Stream.of(predicates)).toArray(Predicate[]::new);
    tokensOfJoin = SparkFilters.of(table, all, false).tokens();
  }

  private Optional<TokenRangeSet> tokens() {
    if (tokensOfJoin.isEmpty() || filters.tokens().isEmpty()) {
      return tokensOfJoin.or(filters::tokens);
    }
    return Optional.of(filters.tokens().get().intersect(tokensOfJoin.get()));
  }

  @Override
  public Statistics estimateStatistics() {
    // The servers know nothing of a new table, which may be large nevertheless.
    long bytes = planBySize().estimatedBytes();
    return new Statistics() {
      @Override
      public OptionalLong sizeInBytes() {
        return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
      }

      @Override
      public OptionalLong numRows() {
        return OptionalLong.empty();
      }
    };
  }

  @Override
  public ColumnarSupportMode columnarSupportMode() {
    // Else Spark plans the partitions to ask each of them.
    return ColumnarSupportMode.UNSUPPORTED;
  }

  private synchronized OperationPlan planBySize() {
    OperationPlan plan = planBySize;
    if (plan == null) {
      plan =
          withOperator(
              operator ->
                  reading(operator)
                      .partitionBy(Partitioning.bySize(table.options().splitBytes()))
                      .plan());
      planBySize = plan;
    }
    return plan;
  }

  private ReadRequest reading(TokenAwareBulkOperator operator) {
    return operator.read(
        CqlIdentifier.fromInternal(table.description().keyspace()),
        CqlIdentifier.fromInternal(table.description().name()));
  }

  private <T> T withOperator(Function<TokenAwareBulkOperator, T> action) {
    CqlSession session = Sessions.lease(table.source());
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return action.apply(operator);
    } finally {
      Sessions.giveBack(table.source().id());
    }
  }

  @Override
  public InputPartition[] planInputPartitions() {
    Optional<TokenRangeSet> tokens = tokens();
    if (tokens.filter(TokenRangeSet::isEmpty).isPresent()) {
      return new InputPartition[0];
    }
    return plan(tokens).tasks().stream()
        .map(task -> new Part(task.tokens(), task.replicas().stream().map(Part::host).toList()))
        .toArray(InputPartition[]::new);
  }

  private OperationPlan plan(Optional<TokenRangeSet> tokens) {
    int least = PARTITIONS_PER_CORE * SparkContext.getOrCreate().defaultParallelism();
    if (tokens.isPresent()) {
      Part keys = new Part(tokens.get(), List.of());
      int tasks = Math.min(tokens.get().ranges().size(), least);
      return withOperator(operator -> reading(operator).partitionBy(keys).taskCount(tasks).plan());
    }
    return planBySize().tasks().size() >= least
        ? planBySize()
        : withOperator(operator -> reading(operator).taskCount(least).plan());
  }

  /** Spark reads once what a query needs twice. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SparkScan scan && identity().equals(scan.identity());
  }

  @Override
  public int hashCode() {
    return identity().hashCode();
  }

  private List<Object> identity() {
    return List.of(
        table.source().id(), table.options(), columns, filters, counts, maxRows, tokensOfJoin);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new Readers(
        table.options(),
        table.source(),
        columns,
        condition().orElse(null),
        table.options().isSet(Option.ALLOW_FILTERING) || !filters.conditions().isEmpty(),
        counts,
        maxRows);
  }

  /**
   * A partition of the data frame.
   *
   * @param hosts the addresses of the replicas that have all of its rows
   */
  private record Part(TokenRangeSet tokens, List<String> hosts)
      implements InputPartition, Partitioning, Partitionings.Listed {

    private static final long serialVersionUID = 1;

    /** The address without the port. */
    static String host(String node) {
      int end = node.lastIndexOf(':');
      return end < 0 ? node : node.substring(0, end);
    }

    @Override
    public String[] preferredLocations() {
      return hosts.toArray(String[]::new);
    }

    @Override
    public TokenRangeSet tokens(TableDescription table) {
      return tokens;
    }
  }

  /**
   * Opens the readers on an executor.
   *
   * @param condition the CQL condition of the rows
   */
  private record Readers(
      DataSourceOptions options,
      SparkTask.Source source,
      StructType columns,
      @Nullable String condition,
      boolean allowsFiltering,
      boolean counts,
      int maxRows)
      implements PartitionReaderFactory, Serializable {

    private static final long serialVersionUID = 1;

    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      CqlSession session = Sessions.lease(source);
      try {
        return reader(session, (Part) partition);
      } catch (RuntimeException | Error e) {
        Sessions.giveBack(source.id());
        throw e;
      }
    }

    private PartitionReader<InternalRow> reader(CqlSession session, Part part) {
      TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
      try {
        if (counts) {
          options.lookUp(session, List.of());
        }
        return counts ? counted(operator, part) : new Reader(this, session, operator, part);
      } catch (RuntimeException | Error e) {
        operator.close();
        throw e;
      }
    }

    private void close(TokenAwareBulkOperator operator) {
      try {
        operator.close();
      } finally {
        Sessions.giveBack(source.id());
      }
    }

    private <S extends ScanRequest<S, ?>> S request(S request, Part part) {
      S scan =
          request
              .partitionBy(part)
              .taskCount(1)
              .parallelism(REQUESTS_OF_TASK)
              .consistency(options.consistency(Option.READ_CONSISTENCY))
              .skipPreflight()
              .withoutMonitoring();
      if (condition == null) {
        return scan;
      }
      return allowsFiltering ? scan.where(condition).allowFiltering() : scan.where(condition);
    }

    private PartitionReader<InternalRow> counted(TokenAwareBulkOperator operator, Part part) {
      return new PartitionReader<>() {
        private long rows = -1;

        @Override
        public boolean next() {
          if (rows >= 0) {
            return false;
          }
          rows =
              request(operator.count(options.keyspace(), options.table()), part).execute().rows();
          return true;
        }

        @Override
        public InternalRow get() {
          return new GenericInternalRow(new Object[] {rows});
        }

        @Override
        public void close() {
          Readers.this.close(operator);
        }
      };
    }
  }

  /** Reads the rows of a partition. */
  private static final class Reader implements PartitionReader<InternalRow> {

    private final Readers readers;
    private final TokenAwareBulkOperator operator;
    private final RowKey rowKey;
    private final List<SparkDecoder> decoders;
    private final RowIterator rows;
    private final @Nullable Object[] values;
    private final InternalRow row;

    Reader(Readers readers, CqlSession session, TokenAwareBulkOperator operator, Part part) {
      this.readers = readers;
      this.operator = operator;
      DataSourceOptions options = readers.options();
      List<String> names = List.of(readers.columns().fieldNames());
      TableDescription table = options.lookUp(session, names);
      List<ColumnDescription> columns =
          table.select(names).stream()
              // Without columns, rows count.
              .limit(names.isEmpty() ? 1 : Long.MAX_VALUE)
              .toList();
      this.rowKey = new RowKey(table, columns);
      this.decoders = decoders(readers, table, columns);
      this.values = new Object[decoders.size()];
      this.row = new GenericInternalRow(values);
      ReadRequest request =
          readers
              .request(operator.read(options.keyspace(), options.table()), part)
              .columns(
                  columns.stream()
                      .map(column -> CqlIdentifier.fromInternal(column.name()))
                      .toArray(CqlIdentifier[]::new));
      options.rowsToPage().ifPresent(request::pageSize);
      if (readers.maxRows() > 0) {
        request.maxRows(readers.maxRows());
      }
      this.rows = request.rows();
    }

    private static List<SparkDecoder> decoders(
        Readers readers, TableDescription table, List<ColumnDescription> columns) {
      StructField[] fields = readers.columns().fields();
      List<SparkDecoder> decoders = new ArrayList<>();
      for (int i = 0; i < fields.length; i++) {
        SparkDecoder decoder = SparkDecoder.of(table, columns.get(i), readers.options().types());
        if (!decoder.type().equals(fields[i].dataType())) {
          throw new BulkOperationException(
              String.format(
                  "The type of column %s of %s was altered since the data frame was made: load it"
                      + " again",
                  fields[i].name(), table),
              null);
        }
        decoders.add(decoder);
      }
      return decoders;
    }

    @Override
    public boolean next() {
      if (!rows.hasNext()) {
        return false;
      }
      Row next = rows.next();
      try {
        for (int i = 0; i < values.length; i++) {
          values[i] = decoders.get(i).decode(next.getBytesUnsafe(i));
        }
      } catch (UnrepresentableValueException e) {
        throw rowKey.named(e, next);
      }
      return true;
    }

    /** The same object for each row, as Spark allows. */
    @Override
    public InternalRow get() {
      return row;
    }

    @Override
    public void close() {
      try {
        rows.close();
      } finally {
        readers.close(operator);
      }
    }
  }
}
