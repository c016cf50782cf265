package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrimaryKeyTest {

  @Test
  void parsesKeysOfCql() {
    assertThat(PrimaryKey.parse("Id"))
        .isEqualTo(new PrimaryKey(List.of("id"), List.of(), Set.of()));
    assertThat(PrimaryKey.parse(" \"Id\" , day"))
        .isEqualTo(new PrimaryKey(List.of("Id"), List.of("day"), Set.of()));
    assertThat(PrimaryKey.parse("(a, b), c DESC, d asc, e"))
        .isEqualTo(new PrimaryKey(List.of("a", "b"), List.of("c", "d", "e"), Set.of("c")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "()",
        "(a",
        "a,",
        "a b",
        "a, (b)",
        "(a), (b)",
        "((a, b), c)",
        "a, a",
        "1",
        "a;"
      })
  void rejectsOtherTexts(String text) {
    assertThatThrownBy(() -> PrimaryKey.parse(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "primaryKey is \"%s\"; it takes columns as in CQL, such as \"id\" or \"(id, day), time"
                + " desc\"",
            text);
  }
}
