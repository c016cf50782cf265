package io.ringhaul.spark;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlLiteral;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the server can evaluate of Spark's filters.
 *
 * <ul>
 *   <li>Equality and IN for all columns of the partition key become tokens. Spark evaluates these
 *       filters too, since two keys may have the same token.
 *   <li>Equality of the first clustering columns, and a range of the next one, become conditions:
 *       the server reads only these slices of each partition.
 *   <li>Equality of an indexed column becomes a condition.
 * </ul>
 *
 * <p>Only types whose equality and order are the same in CQL and in Spark take part: not floats and
 * doubles (-0.0), decimals and varints (several serialized forms of one number); UUIDs and
 * addresses, which Spark compares as text, for equality only.
 *
 * @param tokens the tokens of the partition keys; empty for all
 * @param conditions CQL conditions
 * @param evaluated filters that Spark need not evaluate again
 * @param pushed all filters that the tokens and conditions express, fully or in part
 */
record SparkFilters(
    Optional<TokenRangeSet> tokens,
    List<String> conditions,
    Set<Predicate> evaluated,
    Set<Predicate> pushed) {

  static final SparkFilters NONE =
      new SparkFilters(Optional.empty(), List.of(), Set.of(), Set.of());

  /** The most partition keys that are read one by one. */
  private static final int MOST_KEYS = 100_000;

  private static final Set<CqlKind> ORDERED =
      EnumSet.of(
          CqlKind.ASCII,
          CqlKind.TEXT,
          CqlKind.BLOB,
          CqlKind.TINYINT,
          CqlKind.SMALLINT,
          CqlKind.INT,
          CqlKind.BIGINT,
          CqlKind.DATE,
          CqlKind.TIME,
          CqlKind.TIMESTAMP);

  /** A text may be another form of the same value, so Spark compares again. */
  private static final Set<CqlKind> COMPARED_AS_TEXT =
      EnumSet.of(CqlKind.UUID, CqlKind.TIMEUUID, CqlKind.INET);

  /** Operators, with those that compare the same operands in reverse. */
  private static final Map<String, String> REVERSED =
      Map.of("=", "=", "<=>", "=", "<", ">", "<=", ">=", ">", "<", ">=", "<=");

  /** A comparison of a column with values, which are serialized. */
  private record Comparison(
      Predicate filter, ColumnDescription column, String operator, List<ByteBuffer> values) {

    boolean isEquality() {
      return operator.equals("=");
    }
  }

  /**
   * Returns what the server can evaluate.
   *
   * @param withConditions whether to make conditions
   */
  static SparkFilters of(SparkTable table, Predicate[] filters, boolean withConditions) {
    List<Comparison> comparisons = new ArrayList<>();
    for (Predicate filter : filters) {
      comparison(table.description(), filter).ifPresent(comparisons::add);
    }
    Set<Predicate> pushed = new HashSet<>();
    Optional<TokenRangeSet> tokens = tokens(table.description(), comparisons, pushed);
    List<String> conditions = new ArrayList<>();
    Set<Predicate> evaluated = new HashSet<>();
    if (withConditions) {
      Set<String> restricted = new HashSet<>();
      for (Comparison each : served(table, comparisons)) {
        Optional<String> literal =
            CqlLiteral.exact(each.column().type(), each.values().get(0), table.protocol());
        if (literal.isPresent()) {
          conditions.add(
              TableDescription.quote(each.column().name())
                  + " "
                  + each.operator()
                  + " "
                  + literal.get());
          pushed.add(each.filter());
          restricted.add(each.column().name());
          if (ORDERED.contains(CqlKind.of(each.column().type()))) {
            evaluated.add(each.filter());
          }
        }
      }
      for (Predicate filter : filters) {
        if (filter.name().equals("IS_NOT_NULL")
            && column(table.description(), filter.children()[0])
                .filter(
                    column ->
                        column.kind() == Kind.PARTITION_KEY || restricted.contains(column.name()))
                .isPresent()) {
          evaluated.add(filter);
        }
      }
    }
    return new SparkFilters(
        tokens, List.copyOf(conditions), Set.copyOf(evaluated), Set.copyOf(pushed));
  }

  private static Optional<Comparison> comparison(TableDescription table, Predicate filter) {
    Expression[] operands = filter.children();
    if (filter.name().equals("IN")) {
      return comparison(
          table, filter, "IN", operands[0], List.of(operands).subList(1, operands.length));
    }
    if (operands.length != 2 || !REVERSED.containsKey(filter.name())) {
      return Optional.empty();
    }
    String reversed = REVERSED.getOrDefault(filter.name(), "");
    return operands[0] instanceof NamedReference
        ? comparison(
            table, filter, REVERSED.getOrDefault(reversed, ""), operands[0], List.of(operands[1]))
        : comparison(table, filter, reversed, operands[1], List.of(operands[0]));
  }

  private static Optional<Comparison> comparison(
      TableDescription table,
      Predicate filter,
      String operator,
      Expression reference,
      List<Expression> literals) {
    Optional<ColumnDescription> column = column(table, reference);
    if (column.isEmpty()) {
      return Optional.empty();
    }
    CqlKind kind = CqlKind.of(column.get().type());
    boolean isComparable =
        ORDERED.contains(kind)
            || (COMPARED_AS_TEXT.contains(kind) && (operator.equals("=") || operator.equals("IN")));
    if (!isComparable) {
      return Optional.empty();
    }
    List<ByteBuffer> values = new ArrayList<>();
    for (Expression each : literals) {
      if (!(each instanceof Literal<?> literal)) {
        return Optional.empty();
      }
      // A comparison with null is never true.
      if (literal.value() != null) {
        ByteBuffer value;
        try {
          value = serialized(column.get(), literal);
        } catch (UnrepresentableValueException e) {
          if (operator.equals("IN")) {
            // No value of the column is equal to it.
            continue;
          }
          return Optional.empty();
        }
        if (value == null || !value.hasRemaining()) {
          return Optional.empty();
        }
        values.add(value);
      }
    }
    return values.isEmpty() && !operator.equals("IN")
        ? Optional.empty()
        : Optional.of(new Comparison(filter, column.get(), operator, values));
  }

  private static Optional<ColumnDescription> column(TableDescription table, Expression reference) {
    return reference instanceof NamedReference named && named.fieldNames().length == 1
        ? table.column(named.fieldNames()[0])
        : Optional.empty();
  }

  private static @Nullable ByteBuffer serialized(ColumnDescription column, Literal<?> literal) {
    try {
      return SparkEncoder.of(column, literal.dataType(), ReadOptions.EXACT)
          .encode(new GenericInternalRow(new Object[] {literal.value()}), 0);
    } catch (InvalidSettingException e) {
      // A type whose values are never those of the column.
      return null;
    }
  }

  private static Optional<TokenRangeSet> tokens(
      TableDescription table, List<Comparison> comparisons, Set<Predicate> pushed) {
    Map<ColumnDescription, Comparison> ofKey = new LinkedHashMap<>();
    for (ColumnDescription column : table.partitionKey()) {
      comparisons.stream()
          .filter(each -> each.column().equals(column))
          .filter(each -> each.isEquality() || each.operator().equals("IN"))
          .min((one, other) -> Integer.compare(one.values().size(), other.values().size()))
          .ifPresent(each -> ofKey.put(column, each));
    }
    long keys = 1;
    for (Comparison each : ofKey.values()) {
      keys = Math.min(MOST_KEYS + 1L, keys * each.values().size());
    }
    if (ofKey.size() < table.partitionKey().size() || keys > MOST_KEYS) {
      return Optional.empty();
    }
    ofKey.values().forEach(each -> pushed.add(each.filter()));
    List<TokenRange> tokens = new ArrayList<>();
    add(List.copyOf(ofKey.values()), new ByteBuffer[ofKey.size()], 0, tokens);
    return Optional.of(TokenRangeSet.of(tokens));
  }

  private static void add(
      List<Comparison> ofKey, ByteBuffer[] key, int next, List<TokenRange> tokens) {
    if (next == key.length) {
      long token = Murmur3.token(key);
      tokens.add(new TokenRange(token - 1, token));
      return;
    }
    for (ByteBuffer value : ofKey.get(next).values()) {
      key[next] = value;
      add(ofKey, key, next + 1, tokens);
    }
  }

  /** Returns the comparisons that the server serves without reading other rows. */
  private static List<Comparison> served(SparkTable table, List<Comparison> comparisons) {
    List<Comparison> served = new ArrayList<>();
    for (ColumnDescription column : table.description().columns()) {
      if (column.kind() != Kind.CLUSTERING) {
        continue;
      }
      List<Comparison> ofColumn =
          comparisons.stream()
              .filter(each -> each.column().equals(column) && !each.operator().equals("IN"))
              .toList();
      Optional<Comparison> equality = ofColumn.stream().filter(Comparison::isEquality).findFirst();
      if (equality.isEmpty()) {
        // CQL takes at most one bound of each side.
        ofColumn.stream()
            .filter(each -> each.operator().startsWith("<"))
            .findFirst()
            .ifPresent(served::add);
        ofColumn.stream()
            .filter(each -> each.operator().startsWith(">"))
            .findFirst()
            .ifPresent(served::add);
        break;
      }
      served.add(equality.get());
    }
    comparisons.stream()
        .filter(Comparison::isEquality)
        .filter(each -> each.column().kind() == Kind.REGULAR)
        .filter(each -> table.indexed().contains(each.column().name()))
        .filter(each -> served.stream().noneMatch(other -> other.column().equals(each.column())))
        .findFirst()
        .ifPresent(served::add);
    return served;
  }

  /** Returns the filters that Spark must evaluate. */
  Predicate[] left(Predicate[] filters) {
    return Arrays.stream(filters)
        .filter(filter -> !evaluated.contains(filter))
        .toArray(Predicate[]::new);
  }
}
