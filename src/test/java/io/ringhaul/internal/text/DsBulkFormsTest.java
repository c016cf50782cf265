package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms that exist for files exchanged with DSBulk. */
class DsBulkFormsTest {

  @Test
  void readsEmptyTextAsZeroDuration() {
    String zero = CqlBytes.hex(CqlBytes.duration(0, 0, 0));
    assertThat(Texts.readPlain(DataTypes.DURATION, "")).isEqualTo(zero);
    assertThat(Texts.readJson(DataTypes.DURATION, "\"\"")).isEqualTo(zero);
  }

  @ParameterizedTest
  @CsvSource({
    "1.10, 1.10",
    "1.7976931348623157E+308, 1.7976931348623157E+308",
    "1.8E+308, \"1.8E+308\"",
    "-9E+400, \"-9E+400\"",
    "1E+2147483647, \"1E+2147483647\"",
    "1E-2147483647, 1E-2147483647"
  })
  void writesDecimalsBeyondDoubleRangeAsJsonStrings(String decimal, String json) {
    ByteBuffer value = CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(decimal));
    assertThat(Texts.json(DataTypes.DECIMAL, value)).isEqualTo(json);
    assertThat(Texts.readJson(DataTypes.DECIMAL, json)).isEqualTo(CqlBytes.hex(value));
  }
}
