package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Types.NestedField;

/**
 * A partition field as the user writes it: a column or a transform of a column. Spark's plural
 * forms ({@code months(c)}) are accepted too.
 *
 * @param text the user's text
 * @param transform the transform's name, in the singular
 * @param width the number of buckets or the width to truncate to; 0 for other transforms
 * @param column the column's name, or the path to a field of a struct: {@code home.zip}
 */
public record PartitionExpression(String text, String transform, int width, String column) {

  private static final String ACCEPTED =
      "it must be a column, year(c), month(c), day(c), hour(c), bucket(n, c), truncate(n, c) or"
          + " void(c)";
  private static final Pattern CALL = Pattern.compile("\\s*(\\w+)\\s*\\((.*)\\)\\s*");
  private static final Pattern WIDTH_AND_COLUMN =
      Pattern.compile("\\s*(\\d{1,9})\\s*,\\s*(.+?)\\s*");
  private static final Pattern NAME = Pattern.compile("[^()]+");

  /**
   * Parses an expression.
   *
   * @throws InvalidSettingException if the syntax is wrong
   */
  public static PartitionExpression parse(String text) {
    Matcher call = CALL.matcher(text);
    if (!call.matches()) {
      if (text.isBlank() || !NAME.matcher(text).matches()) {
        throw invalid(text, ACCEPTED);
      }
      return new PartitionExpression(text, "identity", 0, unquoted(text.strip()));
    }
    String function = call.group(1).toLowerCase(Locale.ROOT);
    String argument = call.group(2);
    switch (function) {
      case "identity", "year", "month", "day", "hour", "void" -> {
        return unary(text, function, argument);
      }
      case "years", "months", "days", "hours" -> {
        return unary(text, function.substring(0, function.length() - 1), argument);
      }
      case "date" -> {
        return unary(text, "day", argument);
      }
      case "bucket", "truncate" -> {
        Matcher both = WIDTH_AND_COLUMN.matcher(argument);
        if (!both.matches()
            || Integer.parseInt(both.group(1)) == 0
            || both.group(2).isBlank()
            || !NAME.matcher(both.group(2)).matches()) {
          throw invalid(
              text, function + " takes a positive number and a column: " + function + "(16, c)");
        }
        return new PartitionExpression(
            text, function, Integer.parseInt(both.group(1)), unquoted(both.group(2)));
      }
      default -> throw invalid(text, "there is no transform " + function + "; " + ACCEPTED);
    }
  }

  /**
   * Returns the partition spec of the expressions.
   *
   * @throws InvalidSettingException if a column is missing or a transform does not support its type
   */
  static PartitionSpec bind(List<PartitionExpression> expressions, Schema schema) {
    PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
    for (PartitionExpression expression : expressions) {
      NestedField source = schema.findField(expression.column);
      if (source == null) {
        throw invalid(expression.text, "the export has no column " + expression.column);
      }
      if (!source.type().isPrimitiveType()) {
        throw invalid(expression.text, expression.column + " is a " + source.type());
      }
      try {
        expression.addTo(builder);
        builder.build();
      } catch (ValidationException | IllegalArgumentException e) {
        throw invalid(expression.text, String.valueOf(e.getMessage()));
      }
    }
    PartitionSpec spec = builder.build();
    if (!expressions.isEmpty() && spec.isUnpartitioned()) {
      throw invalid(expressions.get(0).text, "void alone defines no partitions; remove it");
    }
    return spec;
  }

  private void addTo(PartitionSpec.Builder builder) {
    switch (transform) {
      case "year" -> builder.year(column);
      case "month" -> builder.month(column);
      case "day" -> builder.day(column);
      case "hour" -> builder.hour(column);
      case "void" -> builder.alwaysNull(column);
      case "bucket" -> builder.bucket(column, width);
      case "truncate" -> builder.truncate(column, width);
      default -> builder.identity(column);
    }
  }

  private static PartitionExpression unary(String text, String transform, String argument) {
    if (argument.isBlank() || !NAME.matcher(argument).matches()) {
      throw invalid(text, transform + " takes one column: " + transform + "(c)");
    }
    return new PartitionExpression(text, transform, 0, unquoted(argument.strip()));
  }

  /** Removes double quotes around a name, as in CQL. */
  private static String unquoted(String name) {
    return name.length() > 2 && name.startsWith("\"") && name.endsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  private static InvalidSettingException invalid(String text, String reason) {
    return new InvalidSettingException(
        "partitionBy", "The partition expression \"" + text + "\" cannot be used: " + reason);
  }
}
