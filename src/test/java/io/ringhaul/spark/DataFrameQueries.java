package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running {@code RunDataFrames} application that answers queries. */
final class DataFrameQueries implements AutoCloseable {

  /** An answer of the application: the number of rows that Spark read, and the result. */
  record Answer(long rowsRead, String result) {}

  final SparkApplication.Run application;
  private final OutputStream actions;
  private int asked;

  DataFrameQueries(SparkApplication.Run application) {
    this.application = application;
    this.actions = application.process().getOutputStream();
  }

  void start(String... action) throws IOException {
    actions.write((String.join("\t", action) + "\n").getBytes(StandardCharsets.UTF_8));
    actions.flush();
    asked++;
  }

  Answer ask(String... action) throws IOException, InterruptedException {
    start(action);
    return answer();
  }

  /** Waits for the answer to the last action. */
  Answer answer() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
    List<String> lines = Files.readAllLines(application.out());
    while (lines.size() < asked) {
      boolean isAnswering = application.process().isAlive() && System.nanoTime() - deadline < 0;
      assertThat(isAnswering).as(Files.readString(application.err())).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
      lines = Files.readAllLines(application.out());
    }
    String[] parts = lines.get(asked - 1).split("\t", 2);
    return new Answer(Long.parseLong(parts[0]), parts[1]);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    actions.close();
    application.end();
  }
}
