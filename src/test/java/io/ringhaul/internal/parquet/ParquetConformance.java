package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.conformance.Suite;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.it.DuckDbValue;
import io.ringhaul.it.PlainValue;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.iceberg.Files;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The files of the suite apache/parquet-testing, compared with DuckDB. Each column is imported to
 * the closest CQL type; columns without one are skipped and listed in the outcome.
 */
class ParquetConformance {

  @Test
  void readsSameValuesAsDuckDbOrFails() throws IOException {
    Suite.named("parquet-testing")
        .check(
            path -> path.contains(".parquet") && !path.endsWith(".json"),
            ParquetConformance::outcome);
  }

  private static String outcome(Path file) {
    TreeSet<String> without = new TreeSet<>();
    List<ColumnDescription> columns = new ArrayList<>();
    try (OpenParquetFile open = OpenParquetFile.open(Files.localInput(file.toFile()))) {
      ParquetFooter footer = ParquetFooter.of(open);
      without.addAll(footer.unreadable().keySet());
      for (NestedField field : footer.schema().columns()) {
        Optional<DataType> type = cql(field.type());
        type.ifPresentOrElse(
            cql -> columns.add(new ColumnDescription(field.name(), cql, Kind.REGULAR)),
            () -> without.add(field.name()));
      }
      footer
          .nulls()
          .forEach(name -> columns.add(new ColumnDescription(name, DataTypes.TEXT, Kind.REGULAR)));
    } catch (IOException | RuntimeException e) {
      return "refused: " + OpenParquetFile.reason(e);
    }
    if (columns.isEmpty()) {
      return "no column can be read: " + String.join(", ", without);
    }
    try {
      List<@Nullable List<@Nullable ByteBuffer>> rows =
          Suite.rows(
              ParquetSource.at(file),
              new TableDescription("ks", "t", columns),
              columns.stream().map(ColumnDescription::name).toList());
      long rejected = rows.stream().filter(Objects::isNull).count();
      return String.format(
          "%d rows, %s%s%s",
          rows.size(),
          compared(file, columns, rows),
          rejected == 0 ? "" : ", " + rejected + " rejected",
          without.isEmpty() ? "" : ", without " + String.join(", ", without));
    } catch (BulkOperationException e) {
      return "refused: " + e.getMessage();
    }
  }

  private static String compared(
      Path file, List<ColumnDescription> columns, List<@Nullable List<@Nullable ByteBuffer>> rows) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet others =
            statement.executeQuery(
                "SELECT " + expressions(columns) + " FROM read_parquet('" + file + "')")) {
      int equal = 0;
      int count = 0;
      for (; others.next(); count++) {
        List<@Nullable ByteBuffer> row = count < rows.size() ? rows.get(count) : null;
        if (row != null && isEqual(columns, row, others)) {
          equal++;
        }
      }
      long read = rows.stream().filter(Objects::nonNull).count();
      return count == rows.size() && equal == read ? "equal" : equal + " of " + count + " equal";
    } catch (SQLException e) {
      return "not compared";
    }
  }

  private static String expressions(List<ColumnDescription> columns) {
    List<String> expressions = new ArrayList<>();
    for (ColumnDescription column : columns) {
      String name = '"' + column.name().replace("\"", "\"\"") + '"';
      expressions.add(
          column.type().equals(DataTypes.TIMESTAMP)
              ? "make_timestamptz(epoch_us(" + name + "))"
              : name);
    }
    return String.join(", ", expressions);
  }

  private static boolean isEqual(
      List<ColumnDescription> columns, List<@Nullable ByteBuffer> row, ResultSet others)
      throws SQLException {
    for (int i = 0; i < columns.size(); i++) {
      DataType type = columns.get(i).type();
      ByteBuffer ours = row.get(i);
      Object value = ours == null ? null : PlainValue.of(type, ours, CodecRegistry.DEFAULT);
      Object other = others.getObject(i + 1);
      if (!Objects.equals(value, other == null ? null : DuckDbValue.plain(type, other))) {
        return false;
      }
    }
    return true;
  }

  private static Optional<DataType> cql(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> Optional.of(DataTypes.BOOLEAN);
      case INTEGER -> Optional.of(DataTypes.INT);
      case LONG -> Optional.of(DataTypes.BIGINT);
      case FLOAT -> Optional.of(DataTypes.FLOAT);
      case DOUBLE -> Optional.of(DataTypes.DOUBLE);
      case DATE -> Optional.of(DataTypes.DATE);
      case TIME -> Optional.of(DataTypes.TIME);
      case TIMESTAMP, TIMESTAMP_NANO ->
          type.toString().toLowerCase(Locale.ROOT).contains("tz")
              ? Optional.of(DataTypes.TIMESTAMP)
              : Optional.empty();
      case STRING -> Optional.of(DataTypes.TEXT);
      case UUID -> Optional.of(DataTypes.UUID);
      case FIXED, BINARY -> Optional.of(DataTypes.BLOB);
      case DECIMAL -> Optional.of(DataTypes.DECIMAL);
      case LIST -> cql(type.asListType().elementType()).map(DataTypes::frozenListOf);
      case MAP -> {
        Optional<DataType> key = cql(type.asMapType().keyType());
        Optional<DataType> value = cql(type.asMapType().valueType());
        yield key.isPresent() && value.isPresent()
            ? Optional.of(DataTypes.frozenMapOf(key.get(), value.get()))
            : Optional.empty();
      }
      case STRUCT -> tuple(type.asStructType());
      default -> Optional.empty();
    };
  }

  private static Optional<DataType> tuple(Types.StructType struct) {
    List<DataType> types = new ArrayList<>();
    struct.fields().forEach(field -> cql(field.type()).ifPresent(types::add));
    return types.size() == struct.fields().size()
        ? Optional.of(DataTypes.tupleOf(types.toArray(DataType[]::new)))
        : Optional.empty();
  }
}
