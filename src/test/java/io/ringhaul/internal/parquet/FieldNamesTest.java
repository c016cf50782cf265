package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.exceptions.BulkOperationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldNamesTest {

  @Test
  void prefersExactNames() {
    FieldNames names = FieldNames.match(List.of("ID", "id", "b"), List.of("id", "b", "c"));
    assertThat(names.fields()).isEqualTo(Map.of("id", "id", "b", "b"));
    assertThat(names.problems()).isEmpty();
    assertThat(names.areExact()).isTrue();
    assertThat(names.column("ID")).isEmpty();
  }

  @Test
  void matchesTheOnlyFieldThatDiffersInCase() {
    FieldNames names =
        FieldNames.match(List.of("Id", "UserName"), List.of("id", "username", "ID", "Id"));
    assertThat(names.fields()).isEqualTo(Map.of("Id", "Id", "username", "UserName"));
    assertThat(names.column("UserName")).contains("username");
    assertThat(names.areExact()).isFalse();
    assertThat(names.problems()).isEmpty();
  }

  @Test
  void namesAmbiguousFieldsAndColumns() {
    FieldNames fields = FieldNames.match(List.of("Id", "ID"), List.of("id"));
    assertThat(fields.fields()).isEmpty();
    assertThat(message(fields, "id"))
        .isEqualTo(
            "Id and ID could be id, whose names differ in case only; assign it with mapping(...)");
    assertThat(fields.isAmbiguous("ID")).isTrue();
    FieldNames columns = FieldNames.match(List.of("id"), List.of("Id", "ID"));
    assertThat(columns.fields()).isEmpty();
    assertThat(message(columns, "Id"))
        .isEqualTo(
            "id could be Id or ID, whose names differ in case only; assign it with mapping(...)");
  }

  private static String message(FieldNames names, String column) {
    return String.valueOf(
        new BulkOperationException(String.valueOf(names.problems().get(column))).getMessage());
  }
}
