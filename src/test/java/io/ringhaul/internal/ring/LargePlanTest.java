package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.seeds.Seeds;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargePlanTest {

  @Test
  void splitsRingOf1000NodesWithinASecondAnd256MiB() throws Exception {
    long seed = Seeds.next();
    // The heap holds the ring too, so the splitter needs less than this.
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath(TokenRing.class, LargePlan.class, CqlIdentifier.class),
                LargePlan.class.getName(),
                Long.toString(seed))
            .redirectErrorStream(true)
            .start();
    String output = read(process);
    assertThat(process.waitFor()).as("seed %d: %s", seed, output).isZero();
    assertThat(Long.parseLong(output)).as("milliseconds, seed %d", seed).isLessThan(1_000);
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private static String classPath(Class<?>... classes) throws URISyntaxException {
    List<String> entries = new ArrayList<>();
    for (Class<?> type : classes) {
      entries.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    return String.join(File.pathSeparator, entries);
  }
}
