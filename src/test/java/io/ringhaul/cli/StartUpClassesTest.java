package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the rehearsal for the launcher's class archive. */
class StartUpClassesTest {

  @TempDir Path folder;

  @Test
  void startsCountWithoutCluster() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    CapturedRun run = CommandProcess.java(folder, StartUpClasses.class, work.toString()).ended();
    assertThat(run.err()).contains("No node could be reached at 127.0.0.1:");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void exportsAndImportsRowInEachFormat() {
    assertThat(new StartUpClasses.FormatRehearsal(folder, 3).run()).isEqualTo(12);
  }
}
