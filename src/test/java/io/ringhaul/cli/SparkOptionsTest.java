package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkOptionsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --spark-conf=spark.cores.max=8 | --spark-conf is for --on
          --on= | --on is empty: give the master of Spark
          --on=local --spark-conf=cores=8 | --spark-conf is cores; settings of Spark begin with spark.
          --on=local --spark-conf=spark.master=yarn | give the master with --on
          --on=local --spark-conf=spark.ssl.keyPassword=x | set it in conf/spark-defaults.conf of Spark
          """)
  void refusesInvalidSettings(String options, String message) {
    assertRefused(List.of(options.split(" ", -1)), "k.t", message);
  }

  @Test
  void refusesPattern() {
    assertRefused(List.of("--on=local"), "k.*", "--on is for one table, and k.* is a pattern");
  }

  @Test
  void checksOtherSettingsBeforeItStartsSpark() {
    assertRefused(List.of("--on=local", "--tasks=0"), "k.t", "--tasks is 0");
  }

  @Test
  void saysThatSparkIsMissing() {
    assertRefused(List.of("--on=local"), "k.t", "--on needs Spark 3.5 or 4: set SPARK_HOME");
  }

  private static void assertRefused(List<String> options, String table, String message) {
    List<String> arguments = new ArrayList<>(List.of("count", table));
    arguments.addAll(options);
    CapturedRun run = CapturedRun.inProcess(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }
}
