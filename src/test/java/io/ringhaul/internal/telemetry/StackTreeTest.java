package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackTreeTest {

  @Test
  void mergesStacks() {
    FlightProfile.StackTree tree = new FlightProfile.StackTree();
    tree.add(List.of("a", "b"));
    tree.add(List.of("a", "b", "\"c\""));
    tree.add(List.of("a"));
    tree.add(List.of("b", "a"));
    assertThat(tree.json())
        .isEqualTo(
            "{\"name\":\"all\",\"value\":4,\"children\":["
                + "{\"name\":\"a\",\"value\":3,\"children\":["
                + "{\"name\":\"b\",\"value\":2,\"children\":["
                + "{\"name\":\"\\\"c\\\"\",\"value\":1,\"children\":[]}]}]},"
                + "{\"name\":\"b\",\"value\":1,\"children\":["
                + "{\"name\":\"a\",\"value\":1,\"children\":[]}]}]}");
  }

  @Test
  void omitsRareFrames() {
    FlightProfile.StackTree tree = new FlightProfile.StackTree();
    for (int i = 0; i < 1_999; i++) {
      tree.add(List.of("often"));
    }
    tree.add(List.of("rare"));
    tree.add(List.of("often", "rare"));
    assertThat(tree.json())
        .isEqualTo(
            "{\"name\":\"all\",\"value\":2001,\"children\":["
                + "{\"name\":\"often\",\"value\":2000,\"children\":[]}]}");
  }

  @Test
  void limitsDepthAndNodes() {
    FlightProfile.StackTree deep = new FlightProfile.StackTree();
    deep.add(Collections.nCopies(10_000, "f"));
    assertThat(nodes(deep)).isEqualTo(129);
    FlightProfile.StackTree wide = new FlightProfile.StackTree();
    for (int i = 0; i < 900; i++) {
      String own = "own" + i;
      wide.add(Collections.nCopies(100, own));
    }
    assertThat(nodes(wide)).isEqualTo(20_000);
    FlightProfile.StackTree none = new FlightProfile.StackTree();
    assertThat(none.json()).isEqualTo("{\"name\":\"all\",\"value\":0,\"children\":[]}");
  }

  private static long nodes(FlightProfile.StackTree tree) {
    return tree.json().split("\"name\"", -1).length - 1L;
  }
}
