package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands a command line has. */
class MainTest {

  @ParameterizedTest
  @ValueSource(strings = {"count", "export", "import", "jobs", "console", "demo"})
  void aCommandThatIsNamedIsTheOnlyOne(String name) {
    assertThat(commands(name, "--help")).containsExactly(name);
  }

  @Test
  void allOtherArgumentsHaveAllCommands() {
    String[] all = {"count", "export", "import", "jobs", "console", "demo"};
    assertThat(commands()).containsExactly(all);
    assertThat(commands("--help")).containsExactly(all);
    assertThat(commands("coutn")).containsExactly(all);
  }

  private static Set<String> commands(String... arguments) {
    return Main.commandLine(arguments).getSubcommands().keySet();
  }
}
