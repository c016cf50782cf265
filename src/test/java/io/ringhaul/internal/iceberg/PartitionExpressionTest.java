package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionExpressionTest {

  private static final Schema SCHEMA =
      new Schema(
          NestedField.required(1, "id", Types.IntegerType.get()),
          NestedField.optional(2, "day", Types.DateType.get()),
          NestedField.optional(3, "at", Types.TimestampType.withZone()),
          NestedField.optional(4, "name", Types.StringType.get()),
          NestedField.optional(5, "Order Date", Types.DateType.get()),
          NestedField.optional(6, "say \"hi\"", Types.StringType.get()),
          NestedField.optional(7, "tags", Types.ListType.ofRequired(8, Types.StringType.get())),
          NestedField.optional(9, "ratio", Types.DoubleType.get()),
          NestedField.optional(
              10,
              "home",
              Types.StructType.of(
                  NestedField.optional(11, "zip", Types.IntegerType.get()),
                  NestedField.optional(
                      12,
                      "lines",
                      Types.ListType.ofRequired(
                          13,
                          Types.StructType.of(
                              NestedField.optional(14, "text", Types.StringType.get())))))));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name                  | identity | 0  | name",
        "  name                | identity | 0  | name",
        "identity(name)        | identity | 0  | name",
        "year(day)             | year     | 0  | day",
        "years(day)            | year     | 0  | day",
        "month(day)            | month    | 0  | day",
        "MONTHS( day )         | month    | 0  | day",
        "day(at)               | day      | 0  | at",
        "days(at)              | day      | 0  | at",
        "date(at)              | day      | 0  | at",
        "hour(at)              | hour     | 0  | at",
        "hours(at)             | hour     | 0  | at",
        "bucket(16, id)        | bucket   | 16 | id",
        "void(id)              | void     | 0  | id",
        "month(home.since)     | month    | 0  | home.since",
        "bucket( 16 ,id )      | bucket   | 16 | id",
        "truncate(4, name)     | truncate | 4  | name",
        "\"Order Date\"        | identity | 0  | Order Date",
        "month(\"Order Date\") | month    | 0  | Order Date",
        "bucket(2, \"say \"\"hi\"\"\") | bucket | 2 | say \"hi\"",
      })
  void parses(String text, String transform, int width, String column) {
    assertThat(PartitionExpression.parse(text))
        .isEqualTo(new PartitionExpression(text, transform, width, column));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "month(",
        "month()",
        "month( )",
        "(day)",
        "month(day))",
        "month(year(day))",
        "bucket(id)",
        "bucket(0, id)",
        "bucket(-1, id)",
        "bucket(2, )",
        "bucket(12345678901, id)",
        "truncate(x, id)",
        "week(day)",
        "month(day) desc",
      })
  void rejectsInvalidSyntax(String text) {
    assertThatThrownBy(() -> PartitionExpression.parse(text))
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("partitionBy"))
        .hasMessageStartingWith("The partition expression \"" + text + "\" cannot be used: ");
  }

  @Test
  void reportsAnUnknownTransform() {
    assertThatThrownBy(() -> PartitionExpression.parse("week(day)"))
        .hasMessage(
            "The partition expression \"week(day)\" cannot be used: there is no transform week; it"
                + " must be a column, year(c), month(c), day(c), hour(c), bucket(n, c), truncate(n,"
                + " c) or void(c)");
  }

  @Test
  void bindsToColumns() {
    PartitionSpec expected =
        PartitionSpec.builderFor(SCHEMA)
            .month("Order Date")
            .bucket("id", 16)
            .truncate("name", 4)
            .identity("say \"hi\"")
            .hour("at")
            .bucket("home.zip", 3)
            .alwaysNull("ratio")
            .build();
    assertThat(
            bind(
                "month(\"Order Date\")",
                "bucket(16, id)",
                "truncate(4, name)",
                "\"say \"\"hi\"\"\"",
                "hours(at)",
                "bucket(3, home.zip)",
                "void(ratio)"))
        .isEqualTo(expected);
    assertThat(bind().isUnpartitioned()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "month(missing)    | the export has no column missing",
        "Name              | the export has no column Name",
        "month(name)       | month",
        "hour(day)         | hour",
        "bucket(4, ratio)  | bucket",
        "truncate(4, day)  | truncate",
        "tags              | tags",
        "home              | home",
        "home.street       | the export has no column home.street",
        "home.lines.element.text | list",
        "void(id)          | void alone defines no partitions; remove it",
        "void(tags)        | tags is a list<string>",
      })
  void rejectsExpressionsThatDoNotFitTheColumns(String text, String reason) {
    assertThatThrownBy(() -> bind(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("The partition expression \"" + text + "\" cannot be used: ")
        .hasMessageContaining(reason);
  }

  @Test
  void rejectsDuplicateFields() {
    assertThatThrownBy(() -> bind("month(day)", "year(day)"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("\"year(day)\"");
    assertThatThrownBy(() -> bind("name", "name")).isInstanceOf(InvalidSettingException.class);
  }

  private static PartitionSpec bind(String... texts) {
    List<PartitionExpression> expressions =
        Stream.of(texts).map(PartitionExpression::parse).toList();
    return PartitionExpression.bind(expressions, SCHEMA);
  }
}
