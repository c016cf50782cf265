package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.JobStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which commands a command line has. */
class MainTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count", "export", "import", "copy", "verify", "repair", "delete", "plan", "jobs",
        "console", "demo", "help"
      })
  void createsOnlyNamedCommand(String name) {
    assertThat(commands(name, "--help")).containsExactly(name);
  }

  @Test
  void createsAllCommandsForOtherArguments() {
    String[] all = {
      "count",
      "profile",
      "export",
      "import",
      "copy",
      "verify",
      "repair",
      "delete",
      "plan",
      "jobs",
      "console",
      "demo",
      "help",
      "completion",
      "version"
    };
    assertThat(commands()).containsExactly(all);
    assertThat(commands("--help")).containsExactly(all);
    assertThat(commands("coutn")).containsExactly(all);
  }

  @Test
  void rejectsSecretBeforeConnectionAndJob(@TempDir Path folder) {
    Path store = folder.resolve("jobs.db");
    StringWriter err = new StringWriter();
    String[] arguments = {
      "export",
      "ks.t",
      "--format=iceberg",
      "--path=" + folder.resolve("warehouse"),
      "--table-property=s3.secret-access-key=hunter2",
      "--contact-point=127.0.0.1:1",
      "--job-store=" + store
    };
    int exitCode = Main.commandLine(arguments).setErr(new PrintWriter(err)).execute(arguments);
    assertThat(err.toString())
        .contains("\"s3.secret-access-key\" looks like a secret")
        .endsWith("\nSee 'ringhaul export --help'\n")
        .doesNotContain("hunter2")
        .hasLineCount(2);
    assertThat(exitCode).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(folder.resolve("warehouse")).doesNotExist();
    try (JobStore kept = JobStore.file(store)) {
      assertThat(kept.list()).isEmpty();
    }
  }

  private static Set<String> commands(String... arguments) {
    return Main.commandLine(arguments).getSubcommands().keySet();
  }
}
