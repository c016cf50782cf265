package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the console prints may be kept by others. */
class ConsoleAddressTest {

  private static final long PATIENCE_NANOS = Duration.ofSeconds(90).toNanos();

  @TempDir private Path folder;

  @Test
  void aTokenInAFileIsNotPrinted() throws Exception {
    Path file = folder.resolve("token");
    CapturedRun run = console("--token-file=" + file);
    assertThat(URI.create(run.out().strip()).getFragment()).isNull();
    assertThat(run.out() + run.err()).doesNotContain(Files.readString(file).strip());
    assertThat(run.err()).contains("The token is in " + file);
  }

  @Test
  void aNewTokenIsPartOfTheAddress() throws Exception {
    assertThat(URI.create(console().out().strip()).getFragment()).startsWith("token=");
  }

  /** What a console has said until it was ended. */
  private CapturedRun console(String... more) throws Exception {
    Path program = CommandProcess.installIn(folder, folder);
    String[] arguments = {"console", "--port=0", "--job-store=" + folder.resolve("jobs.db")};
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    CommandProcess process = CommandProcess.start(program, all);
    long begin = System.nanoTime();
    while (!process.out().endsWith("\n") && process.isAlive()) {
      assertThat(System.nanoTime() - begin).isLessThan(PATIENCE_NANOS);
      Thread.sleep(50);
    }
    process.signal("TERM");
    return process.ended();
  }
}
