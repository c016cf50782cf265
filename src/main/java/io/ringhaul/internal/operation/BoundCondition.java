package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.cql.CqlLiteral;
import io.ringhaul.internal.operation.RowSelection.WhereClause;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.schema.TableDescription;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;

/**
 * A condition with values for its markers. Each value is serialized with the codec of its column
 * and written into the condition as an exact CQL literal, so that a stored job keeps the values and
 * compares them when it is resumed.
 */
public final class BoundCondition {

  private final WhereClause clause;
  private final List<Object> values;
  private final List<Integer> markers;

  private BoundCondition(WhereClause clause, List<Object> values, List<Integer> markers) {
    this.clause = clause;
    this.values = values;
    this.markers = markers;
  }

  /**
   * A condition and its values, one for each {@code ?}.
   *
   * @throws InvalidSettingException if the text is not exactly one condition, if the number of
   *     markers and values differ, or if a value is null
   */
  public static BoundCondition of(String cql, Object... values) {
    WhereClause clause = WhereClause.withMarkers(cql);
    List<Integer> markers = new ArrayList<>();
    for (int i = 0; i < clause.size(); i++) {
      if (clause.token(i).equals("?")) {
        markers.add(i);
      }
    }
    if (markers.size() != values.length) {
      throw clause.refusal(
          String.format(
              "has %d bind markers (?) and %d values; pass one value for each marker",
              markers.size(), values.length));
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        throw clause.refusal("has null as value " + (i + 1) + "; CQL compares nothing with null");
      }
    }
    return new BoundCondition(clause, List.of(values), markers);
  }

  /**
   * The condition with its values as literals.
   *
   * @throws InvalidSettingException if a marker is compared with no column of the table, or if a
   *     value does not fit its column or has no exact literal
   */
  public String cql(TableDescription table, CodecRegistry registry, ProtocolVersion protocol) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int i = 0; i < markers.size(); i++) {
      int marker = markers.get(i);
      text.append(clause.cql(), from, clause.start(marker))
          .append(new Value(i, marker, table, registry, protocol).literal());
      from = clause.end(marker);
    }
    return text.append(clause.cql(), from, clause.cql().length()).toString();
  }

  /** A value and its place in the condition. */
  private final class Value {

    private final int index;
    private final int marker;
    private final TableDescription table;
    private final CodecRegistry registry;
    private final ProtocolVersion protocol;

    Value(
        int index,
        int marker,
        TableDescription table,
        CodecRegistry registry,
        ProtocolVersion protocol) {
      this.index = index;
      this.marker = marker;
      this.table = table;
      this.registry = registry;
      this.protocol = protocol;
    }

    String literal() {
      Object value = values.get(index);
      String before = clause.token(marker - 1);
      switch (before) {
        case "=", "<", ">" -> {
          int left = marker - 1;
          while (isComparison(clause.token(left))) {
            left--;
          }
          return literal(
              clause.token(left).equals("]")
                  ? elementType(columnType(opening(left) - 1), false)
                  : columnType(left),
              value);
        }
        case "like" -> {
          return literal(columnType(marker - 2), value);
        }
        case "contains" -> {
          return literal(elementType(columnType(marker - 2), false), value);
        }
        case "key" -> {
          if (!clause.token(marker - 2).equals("contains")) {
            throw unplaced();
          }
          return literal(elementType(columnType(marker - 3), true), value);
        }
        case "[" -> {
          DataType type = columnType(marker - 2);
          return literal(type instanceof ListType ? DataTypes.INT : elementType(type, true), value);
        }
        case "in" -> {
          return literals(columnType(marker - 2), value);
        }
        default -> {
          int open = before.equals(",") || before.equals("(") ? opening(marker) : -1;
          if (!clause.token(open).equals("(") || !clause.token(open - 1).equals("in")) {
            throw unplaced();
          }
          return literal(columnType(open - 2), value);
        }
      }
    }

    private static boolean isComparison(String token) {
      return token.equals("=") || token.equals("<") || token.equals(">") || token.equals("!");
    }

    /** The bracket that is open before a token, or that a closing bracket closes; -1 if none is. */
    private int opening(int at) {
      int depth = 1;
      for (int i = at - 1; i >= 0; i--) {
        switch (clause.token(i)) {
          case ")", "]", "}" -> depth++;
          case "(", "[", "{" -> {
            depth--;
            if (depth == 0) {
              return i;
            }
          }
          default -> {}
        }
      }
      return -1;
    }

    private DataType columnType(int last) {
      String token = clause.token(last);
      if (!isName(token)) {
        throw unplaced();
      }
      int first = last;
      // A doubled quote within a quoted name starts another token.
      while (token.equals("\"")
          && clause.token(first - 1).equals("\"")
          && clause.end(first - 1) == clause.start(first)) {
        first--;
      }
      String name = clause.cql().substring(clause.start(first), clause.end(last));
      return table
          .column(CqlIdentifier.fromCql(name).asInternal())
          .orElseThrow(
              () ->
                  clause.refusal(
                      String.format(
                          "compares value %d with %s, which is no column of %s",
                          index + 1, name, table)))
          .type();
    }

    private static boolean isName(String token) {
      return token.equals("\"")
          || (!token.isEmpty()
              && (Character.isLetterOrDigit(token.charAt(0)) || token.charAt(0) == '_'));
    }

    private DataType elementType(DataType type, boolean isKey) {
      if (type instanceof MapType map) {
        return isKey ? map.getKeyType() : map.getValueType();
      }
      if (!isKey && type instanceof ListType list) {
        return list.getElementType();
      }
      if (!isKey && type instanceof SetType set) {
        return set.getElementType();
      }
      throw unplaced();
    }

    /** The elements of a collection for {@code IN ?}. */
    private String literals(DataType type, Object value) {
      if (!(value instanceof Collection<?> several)) {
        throw clause.refusal(
            String.format("has value %d after IN; pass a collection, or write IN (?)", index + 1));
      }
      StringJoiner text = new StringJoiner(", ", "(", ")");
      for (Object each : several) {
        if (each == null) {
          throw clause.refusal(
              "has null in value " + (index + 1) + "; CQL compares nothing with null");
        }
        text.add(literal(type, each));
      }
      return text.toString();
    }

    private String literal(DataType type, Object given) {
      TypeCodec<Object> usual = registry.codecFor(type);
      ByteBuffer bytes;
      Object value = usual.accepts(given) ? given : widened(usual, given);
      try {
        TypeCodec<Object> codec = usual.accepts(value) ? usual : registry.codecFor(type, value);
        bytes = codec.encode(value, protocol);
      } catch (RuntimeException e) {
        throw clause.refusal(
            String.format(
                "compares value %d, a %s, with the type %s, which takes a %s: %s",
                index + 1,
                value.getClass().getName(),
                type.asCql(true, true),
                usual.getJavaType(),
                Failures.describe(e)));
      }
      return CqlLiteral.exact(type, bytes, protocol)
          .orElseThrow(
              () ->
                  clause.refusal(
                      String.format(
                          "has value %d, a %s, which cannot be written exactly as a CQL literal of"
                              + " type %s; compare with another value",
                          index + 1, value.getClass().getName(), type.asCql(true, true))));
    }

    /** A whole number as the column's number type; unchanged if that cannot hold it exactly. */
    private static Object widened(TypeCodec<Object> usual, Object value) {
      if (!(value instanceof Byte
          || value instanceof Short
          || value instanceof Integer
          || value instanceof Long
          || value instanceof BigInteger)) {
        return value;
      }
      BigDecimal number = new BigDecimal(value.toString());
      for (Object candidate :
          List.of(
              number.byteValue(),
              number.shortValue(),
              number.intValue(),
              number.longValue(),
              number.floatValue(),
              number.doubleValue(),
              number.toBigInteger(),
              number)) {
        if (usual.accepts(candidate) && isEqual(candidate, number)) {
          return candidate;
        }
      }
      return value;
    }

    private static boolean isEqual(Object candidate, BigDecimal number) {
      boolean isBinary = candidate instanceof Float || candidate instanceof Double;
      double binary = ((Number) candidate).doubleValue();
      if (isBinary) {
        return Double.isFinite(binary) && new BigDecimal(binary).compareTo(number) == 0;
      }
      return new BigDecimal(candidate.toString()).compareTo(number) == 0;
    }

    private InvalidSettingException unplaced() {
      return clause.refusal(
          String.format(
              "has bind marker %d where no column is compared with it; write it after a column and"
                  + " an operator, such as price > ? or status IN ?",
              index + 1));
    }
  }
}
