package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values in columns of the store. */
class StoredTextTest {

  @Test
  void tokenRangesComeBack() {
    assertThat(TokenText.of(List.of())).isEmpty();
    assertThat(TokenText.parse("")).isEmpty();
    assertThat(TokenText.of(List.of(TokenRange.wholeRing(), new TokenRange(-1, 7))))
        .isEqualTo("-9223372036854775808:-9223372036854775808,-1:7");
    Seeds.each(
        100,
        random -> {
          List<TokenRange> ranges = new ArrayList<>();
          for (int i = random.nextInt(20); i > 0; i--) {
            ranges.add(new TokenRange(random.nextLong(), random.nextLong()));
          }
          assertThat(TokenText.parse(TokenText.of(ranges))).isEqualTo(ranges);
        });
    for (String each : List.of("1", "1:", ":1", "1:2,3", "1:2;3:4", "1:2:3", "x:1")) {
      assertThatThrownBy(() -> TokenText.parse(each)).isInstanceOf(NumberFormatException.class);
    }
  }

  @Test
  void whatNoDatabaseTakesIsReplacedOrRefused() {
    String fine = "ä \uD83D\uDE00 \n\u0001";
    assertThat(StoredText.readable(fine)).isSameAs(fine);
    assertThat(StoredText.exact("name", fine)).isSameAs(fine);
    for (String each : List.of("a\u0000b", "a\uD83Db", "a\uDE00b")) {
      assertThat(StoredText.readable(each)).isEqualTo("a\uFFFDb");
      assertThatThrownBy(() -> StoredText.exact("name", each))
          .isInstanceOfSatisfying(
              InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("name"))
          .hasMessage(
              "The job's name has a character that cannot be stored, NUL or an unpaired surrogate:"
                  + " a\uFFFDb");
    }
    assertThat(StoredText.readable("\uDE00\uD83D")).isEqualTo("\uFFFD\uFFFD");
  }

  @Test
  void entriesAreInOneOrder() {
    assertThat(StoredText.map(StoredText.sortedJson(Map.of("b", "\u0000", "a", "\"")))).hasSize(2);
    assertThat(StoredText.sortedJson(Map.of("b", "2", "a", "1")))
        .isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
  }
}
