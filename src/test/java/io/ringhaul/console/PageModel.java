package io.ringhaul.console;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the page makes of the API's answers: its own module, run by Node.js. */
public final class PageModel {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_SECONDS = 30;
  private static final Path MODULE =
      Path.of("src/main/resources/io/ringhaul/console/assets/state/job-state.js");

  private static final String SCRIPT =
      """
      import { readFileSync } from "node:fs";
      const { healthOf, limitSentence } = await import(process.env.MODULE);
      const jobs = JSON.parse(readFileSync(0, "utf8"));
      const said = jobs.map((job) => ({ health: healthOf(job), limit: limitSentence(job) }));
      console.log(JSON.stringify(said));
      """;

  private PageModel() {}

  /**
   * What the page says of a job.
   *
   * @param health the API's name of the state; null while it is unknown
   * @param limit the sentence on what limits the job; empty for none
   */
  public record Said(@Nullable String health, String limit) {}

  /** Whether Node.js is installed. */
  public static boolean canBeAsked() {
    return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
  }

  /** What the page says of each job, as {@code /api/batch-jobs/} answers it. */
  public static List<Said> of(List<JsonNode> jobs) throws IOException, InterruptedException {
    Path input = Files.createTempFile("jobs", ".json");
    Path output = Files.createTempFile("said", ".json");
    try {
      Files.writeString(input, JSON.writeValueAsString(jobs));
      ProcessBuilder builder =
          new ProcessBuilder("node", "--input-type=module", "--eval", SCRIPT)
              .redirectInput(input.toFile())
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().put("MODULE", MODULE.toUri().toString());
      Process node = builder.start();
      if (!node.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || node.exitValue() != 0) {
        node.destroyForcibly();
        throw new IOException("Node.js fails, see above");
      }
      return JSON.readValue(output.toFile(), new TypeReference<>() {});
    } finally {
      Files.delete(input);
      Files.delete(output);
    }
  }
}
