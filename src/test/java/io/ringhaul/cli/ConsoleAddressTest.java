package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the printed address, which others may read in a log. */
class ConsoleAddressTest {

  private static final long PATIENCE_NANOS = Duration.ofSeconds(90).toNanos();

  @TempDir private Path folder;

  @Test
  void doesNotPrintTokenFromFile() throws Exception {
    Path file = folder.resolve("token");
    CapturedRun run = console("--token-file=" + file);
    assertThat(URI.create(run.out().strip()).getFragment()).isNull();
    assertThat(run.out() + run.err()).doesNotContain(Files.readString(file).strip());
    assertThat(run.err()).contains("The token is in " + file);
  }

  @Test
  void printsAddressWithNewToken() throws Exception {
    assertThat(URI.create(console().out().strip()).getFragment()).startsWith("token=");
  }

  /** Runs a console until its address is printed, and ends it. */
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
