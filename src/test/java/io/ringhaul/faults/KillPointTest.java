package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillPointTest {

  /** Of several methods of the name, the shorter ones call the longest, at which a test kills. */
  @ParameterizedTest
  @EnumSource
  void namesExactlyOneLongestMethod(KillPoint point) throws ClassNotFoundException {
    Class<?> type = Class.forName(point.className(), false, getClass().getClassLoader());
    List<Integer> lengths =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.getName().equals(point.method()) && !method.isBridge())
            .map(Method::getParameterCount)
            .toList();
    assertThat(lengths).isNotEmpty();
    assertThat(Collections.frequency(lengths, Collections.max(lengths))).isEqualTo(1);
  }
}
