package io.ringhaul.it;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.CqlKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Builds DuckDB queries for the rows in a folder's files. Parquet declares its own types. In JSON
 * and CSV, each column is read as the DuckDB type closest to its CQL type.
 */
final class DuckDbQuery {

  private static final int LONGEST_ROW = 1 << 25;

  private DuckDbQuery() {}

  /** Returns the query for the columns, in order, as DuckDB values; missing values are null. */
  static String values(Format format, Path folder, Map<String, DataType> columns) {
    List<String> expressions = new ArrayList<>();
    List<String> declared = new ArrayList<>();
    columns.forEach(
        (name, type) -> {
          String duckType = type(type);
          String text = isNested(type) ? "JSON" : "VARCHAR";
          switch (format) {
            case ICEBERG, PARQUET -> expressions.add(name);
            case JSON, JSON_ARRAY -> {
              // A value outside the declared type would fail the whole query.
              boolean doubtful = DuckDbLimits.isDoubtful(type);
              declared.add(String.format("%s: '%s'", name, doubtful ? text : duckType));
              expressions.add(String.format("TRY_CAST(%s AS %s)", name, duckType));
            }
            case CSV, CSV_OF_DSBULK ->
                expressions.add(
                    String.format("TRY_CAST(TRY_CAST(%s AS %s) AS %s)", name, text, duckType));
          }
        });
    return query(format, folder, expressions, declared);
  }

  /** Returns the query for the columns of a text format, in order, as text from the files. */
  static String texts(Format format, Path folder, Map<String, DataType> columns) {
    return query(
        format,
        folder,
        List.copyOf(columns.keySet()),
        columns.keySet().stream().map(name -> name + ": 'VARCHAR'").toList());
  }

  private static String query(
      Format format, Path folder, List<String> expressions, List<String> declared) {
    return String.format(
        "SELECT %s FROM %s",
        String.join(", ", expressions), files(format, folder, String.join(", ", declared)));
  }

  private static String files(Format format, Path folder, String columns) {
    return switch (format) {
      case ICEBERG, PARQUET -> String.format("read_parquet('%s/**/*.parquet')", folder);
      case JSON -> json(folder, "newline_delimited", columns);
      case JSON_ARRAY -> json(folder, "array", columns);
      case CSV -> csv(folder, '"');
      case CSV_OF_DSBULK -> csv(folder, '\\');
    };
  }

  private static String json(Path folder, String format, String columns) {
    return String.format(
        "read_json('%s/part-*.json', format='%s', maximum_object_size=%d, columns={%s})",
        folder, format, LONGEST_ROW, columns);
  }

  private static String csv(Path folder, char escape) {
    return String.format(
        "read_csv('%s/part-*.csv', all_varchar=true, header=true, delim=',', quote='\"',"
            + " escape='%s', nullstr='', allow_quoted_nulls=false, parallel=false,"
            + " max_line_size=%d)",
        folder, escape, LONGEST_ROW);
  }

  /** Returns true if values of the type are JSON in text. */
  static boolean isNested(DataType type) {
    return switch (CqlKind.of(type)) {
      case LIST, SET, MAP, TUPLE, UDT, VECTOR -> true;
      default -> false;
    };
  }

  private static String type(DataType type) {
    return switch (CqlKind.of(type)) {
      case BOOLEAN -> "BOOLEAN";
      case TINYINT -> "TINYINT";
      case SMALLINT -> "SMALLINT";
      case INT -> "INTEGER";
      case BIGINT, COUNTER -> "BIGINT";
      case FLOAT -> "FLOAT";
      case DOUBLE -> "DOUBLE";
      case DATE -> "DATE";
      case TIME -> "TIME_NS";
      case TIMESTAMP -> "TIMESTAMPTZ";
      case UUID, TIMEUUID -> "UUID";
      case LIST -> type(((ListType) type).getElementType()) + "[]";
      case SET -> type(((SetType) type).getElementType()) + "[]";
      case VECTOR -> type(((VectorType) type).getElementType()) + "[]";
      // Keys are strings in JSON.
      case MAP -> String.format("MAP(VARCHAR, %s)", type(((MapType) type).getValueType()));
      case UDT -> struct((UserDefinedType) type);
      // A JSON array with elements of different types.
      case TUPLE -> "JSON[]";
      // DuckDB has no type for any scale, any length, or months with nanoseconds.
      case ASCII, TEXT, BLOB, INET, DECIMAL, VARINT, DURATION -> "VARCHAR";
      case CUSTOM -> throw new IllegalArgumentException(type.toString());
    };
  }

  private static String struct(UserDefinedType type) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < type.getFieldNames().size(); i++) {
      fields.add(
          String.format(
              "\"%s\" %s",
              type.getFieldNames().get(i).asInternal(), type(type.getFieldTypes().get(i))));
    }
    return fields.stream().collect(Collectors.joining(", ", "STRUCT(", ")"));
  }
}
