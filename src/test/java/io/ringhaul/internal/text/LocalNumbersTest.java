package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalNumbersTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "de-DE | 1.234.567,89  | 1234567.89",
        "de-DE | 1234567,89    | 1234567.89",
        "de-DE | -0,50         | -0.50",
        "de-DE | +12           | 12",
        "de-DE | 1,5e-3        | 1.5e-3",
        "en-US | 1,234,567.89  | 1234567.89",
        "de-CH | 1'234.50      | 1234.50",
        "de-CH | 1\u2019234.50 | 1234.50",
        "fr-FR | 1 234,5       | 1234.5",
        "fr-FR | 1\u202f234,5  | 1234.5",
        "fr-FR | 1\u00a0234,5  | 1234.5",
        "sv-SE | \u22121 234,5 | -1234.5",
        "sv-SE | -1 234,5      | -1234.5",
        "ar-EG | \u0661\u066c\u0662\u0663\u0664\u066b\u0665 | 1234.5",
      })
  void readsNumbersOfLocale(String tag, String text, String plain) {
    assertThat(read(DataTypes.DECIMAL, tag, text)).isEqualTo(read(DataTypes.DECIMAL, plain));
    assertThat(read(DataTypes.DOUBLE, tag, text)).isEqualTo(read(DataTypes.DOUBLE, plain));
    assertThat(read(DataTypes.FLOAT, tag, text)).isEqualTo(read(DataTypes.FLOAT, plain));
  }

  @Test
  void readsWholeNumbersOfLocale() {
    for (DataType type : new DataType[] {DataTypes.INT, DataTypes.BIGINT, DataTypes.VARINT}) {
      assertThat(read(type, "de-DE", "-1.234.567")).isEqualTo(read(type, "-1234567"));
      assertThat(read(type, "de-DE", "7")).isEqualTo(read(type, "7"));
    }
    assertThat(read(DataTypes.DOUBLE, "de-DE", "NaN")).isEqualTo(read(DataTypes.DOUBLE, "NaN"));
    assertThat(read(DataTypes.TEXT, "de-DE", "1.5")).isEqualTo(read(DataTypes.TEXT, "1.5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5",
        "12.34,5",
        "1234.567",
        "1.234.56",
        ",5",
        "1,",
        "1,234.5",
        "1.2345",
        "",
        "x"
      })
  void refusesSeparatorsInOtherPlaces(String text) {
    assertThatThrownBy(() -> read(DataTypes.DECIMAL, "de-DE", text))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage("n holds \"" + text + "\", which is not a valid decimal in the locale de-DE");
  }

  @Test
  void refusesFractionOfWholeNumber() {
    assertThatThrownBy(() -> read(DataTypes.INT, "de-DE", "1,5"))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining("which is not a valid int");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xx-YY", "und", "de-ZZ"})
  void refusesUnknownLocale(String tag) {
    Locale locale = Locale.forLanguageTag(tag);
    assertThatThrownBy(() -> TextOptions.defaults().numberLocale(locale))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("which Java does not know; it takes a locale such as de-DE");
  }

  private static ByteBuffer read(DataType type, String text) {
    return TextReader.of(column(type), TextOptions.defaults()).read(text);
  }

  private static ByteBuffer read(DataType type, String tag, String text) {
    return TextReader.of(
            column(type), TextOptions.defaults().numberLocale(Locale.forLanguageTag(tag)))
        .read(text);
  }

  private static ColumnDescription column(DataType type) {
    return new ColumnDescription("n", type, ColumnDescription.Kind.REGULAR);
  }
}
