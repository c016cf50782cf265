package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class SimilarNamesTest {

  @Test
  void nearestNameSharesTwoThirds() {
    Set<String> names = Set.of("--format", "--from", "--page-size");
    assertThat(SimilarNames.nearest("--fromat", names)).contains("--format");
    assertThat(SimilarNames.nearest("--page-zise", names)).contains("--page-size");
    assertThat(SimilarNames.nearest("--size", names)).isEmpty();
  }
}
