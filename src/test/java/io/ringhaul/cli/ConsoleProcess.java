package io.ringhaul.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.console.ConsoleClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A console process and the requests of its user. */
final class ConsoleProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final CommandProcess process;
  private final ConsoleClient client;
  private final URI uri;

  private ConsoleProcess(CommandProcess process, URI uri) {
    this.process = process;
    this.uri = uri;
    this.client = new ConsoleClient(uri);
  }

  /** Starts a console on a store, and waits until it listens. */
  static ConsoleProcess start(Path folder, Path store, String... more) throws Exception {
    Path program =
        CommandProcess.installIn(
            Files.createDirectories(folder.resolve("bin")),
            Files.createDirectories(folder.resolve("home")));
    List<String> arguments =
        new ArrayList<>(List.of("console", "--port=0", "--job-store=" + store));
    arguments.addAll(List.of(more));
    CommandProcess process = CommandProcess.start(program, arguments.toArray(String[]::new));
    Instant end = Instant.now().plus(PATIENCE);
    while (!process.out().endsWith("\n")) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new AssertionError("The console does not listen: " + process.ended());
      }
      Thread.sleep(50);
    }
    return new ConsoleProcess(process, URI.create(process.out().strip()));
  }

  URI uri() {
    return uri;
  }

  ConsoleClient client() {
    return client;
  }

  /** Creates a job from a command and starts it; returns its id. */
  String begin(String name, List<String> command) throws IOException {
    String body =
        new ObjectMapper()
            .writeValueAsString(Map.of("command", command, "name", name, "start", true));
    return expect(201, "POST", "/api/batch-jobs", body).path("id").asText();
  }

  /** Sends a request and checks the status of its answer. */
  JsonNode expect(int status, String method, String path, String body) {
    ConsoleClient.Answer answer = client.call(method, path, body);
    if (answer.status() != status) {
      throw new AssertionError(method + " " + path + ": " + answer.status() + answer.body());
    }
    return answer.body();
  }

  /** Waits until a job has a status. */
  JsonNode await(String id, Predicate<JsonNode> state) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    ConsoleClient.Answer last = client.get("/api/batch-jobs/" + id);
    while (!state.test(last.body())) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("Waited in vain: " + last.body());
      }
      Thread.sleep(50);
      last = client.get("/api/batch-jobs/" + id);
    }
    return last.body();
  }

  /** Sends SIGTERM to the console. */
  CapturedRun end(String signal) throws IOException, InterruptedException {
    process.signal(signal);
    return process.ended();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (process.isAlive()) {
      process.signal("KILL");
    }
  }
}
