package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillPointTest {

  @ParameterizedTest
  @EnumSource
  void namesExactlyOneMethod(KillPoint point) throws ClassNotFoundException {
    Class<?> type = Class.forName(point.className(), false, getClass().getClassLoader());
    assertThat(
            Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(point.method()) && !method.isBridge()))
        .hasSize(1);
  }
}
