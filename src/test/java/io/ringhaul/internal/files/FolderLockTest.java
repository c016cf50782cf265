package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that only one thread of one process holds the lock. */
class FolderLockTest {

  private static final int THREADS = 2;
  private static final int STEPS = 25;

  @TempDir private Path parent;

  @Test
  void stepsOfAllThreadsAndProcessesRunOneAtATime() throws Exception {
    Path folder = parent.resolve("out");
    Path counter = Files.writeString(parent.resolve("counter"), "0");
    Process other =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Counting.class.getName(),
                    folder.toString(),
                    counter.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(other.getInputStream(), US_ASCII))) {
      assertThat(said.readLine()).isEqualTo("ready");
      Counting.run(folder, counter);
      assertThat(said.readLine()).isEqualTo("done");
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertThat(counter).hasContent(Integer.toString(2 * THREADS * STEPS));
  }

  /** The main class of the other process. */
  static final class Counting {

    private Counting() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      System.out.println("ready");
      run(Path.of(args[0]), Path.of(args[1]));
      System.out.println("done");
    }

    static void run(Path folder, Path counter) {
      Stream.generate(() -> CompletableFuture.runAsync(() -> steps(folder, counter)))
          .limit(THREADS)
          .toList()
          .forEach(CompletableFuture::join);
    }

    private static void steps(Path folder, Path counter) {
      try {
        for (int i = 0; i < STEPS; i++) {
          FolderLock.holding(
              folder,
              () -> {
                int count = Integer.parseInt(Files.readString(counter));
                LockSupport.parkNanos(5_000_000);
                return Files.writeString(counter, Integer.toString(count + 1));
              });
        }
      } catch (IOException e) {
        throw new CompletionException(e);
      }
    }
  }
}
