package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.Version;
import io.ringhaul.exceptions.BulkOperationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JacksonVersionsTest {

  @Test
  void acceptsTheVersionsOfThisBuild() {
    assertThatCode(JacksonVersions::require).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"16, 16", "19, 19", "22, 20"})
  void acceptsSupportedVersions(int core, int databind) {
    assertThatCode(() -> JacksonVersions.require(version(core), version(databind)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"13, 13", "15, 15", "13, 22", "20, 22", "22, 15"})
  void refusesOldOrMismatchedVersions(int core, int databind) {
    assertThatThrownBy(() -> JacksonVersions.require(version(core), version(databind)))
        .isInstanceOf(BulkOperationException.class)
        .hasMessage(
            "The class path has jackson-core 2.%d.1 and jackson-databind 2.%d.1; Ringhaul needs"
                + " 2.16 or newer, and jackson-core not older than jackson-databind. Put"
                + " io.ringhaul:ringhaul before the driver in your POM, or import"
                + " com.fasterxml.jackson:jackson-bom in its dependencyManagement",
            core, databind);
  }

  private static Version version(int minor) {
    return new Version(2, minor, 1, null, null, null);
  }
}
