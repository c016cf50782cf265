package io.ringhaul.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name = customer                  | WORD name -> WORD customer",
        "name: customer, n :total         | WORD name -> WORD customer; WORD n -> WORD total",
        "\"first name\"=\"Name\"          | QUOTED first name -> QUOTED Name",
        "\"a\"\"b\" = c                   | QUOTED a\"b -> WORD c",
        "a = b, c = d                     | WORD a -> WORD b; WORD c -> WORD d",
        "2fa = b                          | WORD 2fa -> WORD b",
        "0 = a, 2 = c                     | POSITION 0 -> WORD a; POSITION 2 -> WORD c",
        "a, \"B\"                         | WORD a -> WORD a; QUOTED B -> QUOTED B",
        "now() = t                        | CALL now() -> WORD t",
        "toDate( now () ) = d             | CALL toDate( now () ) -> WORD d",
        "ks.f(a, 1) = d                   | CALL ks.f(a, 1) -> WORD d",
        "'it''s, = :' = c                 | CONSTANT 'it''s, = :' -> WORD c",
        "(-42) = c                        | CONSTANT -42 -> WORD c",
        "({'a': 1, 'b': 2}) = c           | CONSTANT {'a': 1, 'b': 2} -> WORD c",
        "1.5 = c                          | CONSTANT 1.5 -> WORD c",
        "s = __ttl, t = __timestamp       | WORD s -> WORD __ttl; WORD t -> WORD __timestamp",
        "s = ttl(*), t = writetime(\"C\") | WORD s -> CALL ttl(*); WORD t -> CALL writetime(\"C\")",
        "* = *                            | *",
        "*:*, a = b                       | WORD a -> WORD b; *",
        "* = -a                           | * without a",
        "* = [-a, -\"B\"], c = d          | WORD c -> WORD d; * without a, B",
      })
  void readsEntries(String text, String expected) {
    assertThat(shown(Mapping.parse(text))).isEqualTo(expected);
  }

  private static String shown(Mapping mapping) {
    String entries =
        mapping.entries().stream()
            .map(
                entry ->
                    String.format(
                        "%s %s -> %s %s",
                        entry.field().form(), entry.field(), entry.column().form(), entry.column()))
            .collect(Collectors.joining("; "));
    String excluded =
        mapping.excluded().stream().map(Object::toString).collect(Collectors.joining(", "));
    String rest = mapping.rest() ? "*" + (excluded.isEmpty() ? "" : " without " + excluded) : "";
    return entries + (entries.isEmpty() || rest.isEmpty() ? "" : "; ") + rest;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``             | has an empty entry",
        "a = b,         | has an empty entry",
        "a = b, c       | has no = in the entry c",
        "= b            | lacks one side",
        "a =            | lacks one side",
        "a b = c        | has a b, which is no name",
        "a.b = c        | has a.b, which is no name",
        "f(a) b = c     | has f(a) b, which is no name",
        "-1 = c         | a constant brackets",
        "'a = c         | has a quote that is not closed",
        "\"a = c        | has a quote that is not closed",
        "f(a = c        | has a bracket that is not closed",
        "a) = c         | has a closing bracket without an opening one",
        "a = b; c = d   | has ;, which has no meaning",
        "? = b          | has ?, which has no meaning",
        "* = a          | is not * = *, * = -column",
        "* = [a, -b]    | is not * = *, * = -column",
        "* = -f(x)      | has f(x) in the place of a column",
        "* = *, * = -a  | has * twice",
      })
  void refusesTextsThatAreNoMapping(String text, String reason) {
    assertThatThrownBy(() -> Mapping.parse(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("mapping (" + text.strip() + ") ")
        .hasMessageContaining(reason);
  }
}
