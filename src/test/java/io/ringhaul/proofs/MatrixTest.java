package io.ringhaul.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages show the table of the last run of the profile {@code matrix}, which had no failure. */
class MatrixTest {

  @ParameterizedTest
  @MethodSource("pages")
  void pageShowsTableOfLastRun(Path page) throws IOException {
    String table = Files.readString(Matrix.TABLE);
    assertThat(Files.readString(page)).contains(table);
    assertThat(table.lines().skip(2))
        .isNotEmpty()
        .allMatch(row -> row.matches(".*\\| 0 \\| \\d+ \\|"));
  }

  static Iterable<Path> pages() {
    return Matrix.PAGES;
  }
}
