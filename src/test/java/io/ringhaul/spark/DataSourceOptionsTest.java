package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataSourceOptionsTest {

  @Test
  void pageListsEachOption() throws IOException {
    String page = Files.readString(Path.of("docs/spark.md"));
    for (DataSourceOptions.Option option : DataSourceOptions.Option.values()) {
      assertThat(page).contains("`" + option + "`");
    }
  }
}
