package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@ClusterTest
class DemoCommandIT {

  private static final Pattern BLOCK = Pattern.compile("```\\w+\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern METADATA = Pattern.compile("[0-9]{5}-[0-9a-f-]{36}\\.metadata");
  private static final int ROWS = 2_000;

  @TempDir private Path folder;

  @Test
  void printsTheDocumentedLinesWithItsOwnPaths() throws Exception {
    String keyspace = TestCluster.newKeyspace(1);
    Path warehouse = folder.resolve("warehouse");

    String printed = demo(keyspace, warehouse);

    assertThat(printed).contains("2,000 rows, equal in every byte\n");
    String metadata = single(METADATA, printed);
    assertThat(warehouse.resolve(keyspace).resolve("orders/metadata/" + metadata + ".json"))
        .isRegularFile();
    List<String> blocks =
        BLOCK
            .matcher(section(Files.readString(Path.of("docs/iceberg.md"))))
            .results()
            .map(block -> block.group(1))
            .map(block -> block.replace("/data/warehouse/store/", warehouse + "/" + keyspace + "/"))
            .map(block -> block.replace("/data/warehouse", warehouse.toString()))
            .map(block -> block.replace("store.orders", keyspace + ".orders"))
            .map(block -> METADATA.matcher(block).replaceAll(metadata))
            .toList();
    assertThat(blocks).hasSize(6);
    assertThat(printed).contains(blocks.subList(0, 4));
    // DuckDB's Iceberg extension is not available; this query does not need it.
    assertThat(inDuckDb(blocks.get(5))).isEqualTo(ROWS);
  }

  @Test
  void consoleShowsJobsOfTheDemonstration() throws Exception {
    String keyspace = TestCluster.newKeyspace(1);
    Path warehouse = folder.resolve("with console");
    DemoCommand demo = new DemoCommand(keyspace);
    new CommandLine(demo).parseArgs("--rows", Integer.toString(ROWS), "--console");
    String printed;
    String list;
    try (CqlSession session = TestCluster.get().newSession();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
        DemoCommand.DemoConsole console = DemoCommand.DemoConsole.start(warehouse, 0)) {
      printed =
          printedBy(
              () -> {
                demo.run(session, operator, warehouse, Optional.of(console));
                System.out.print(demo.nextSteps(session, warehouse, console));
              });
      HttpResponse<String> page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(console.address().resolve("/api/batch-jobs")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(200);
      list = page.body();
    }
    assertThat(list).contains("demo count", "demo export", "demo import", "\"completed\"");
    List<String> commands = printed.lines().filter(line -> line.startsWith("  ringhaul ")).toList();
    assertThat(commands).hasSize(3);
    for (String command : commands) {
      assertThat(command).contains(warehouse.toString());
      DocumentedCommands.assertParses(command, command.strip());
    }
    assertThat(printed).contains("The console is at http://127.0.0.1:");
  }

  @Test
  void closingTheConsoleStopsItsJobs() throws Exception {
    String keyspace = TestCluster.newKeyspace(1);
    Path warehouse = folder.resolve("closed");
    UUID id;
    try (CqlSession session = TestCluster.get().newSession();
        DemoCommand.DemoConsole console = DemoCommand.DemoConsole.start(warehouse, 0)) {
      session.execute("CREATE TABLE " + keyspace + ".t (k int PRIMARY KEY)");
      for (int k = 0; k < 1_000; k++) {
        session.execute("INSERT INTO " + keyspace + ".t (k) VALUES (" + k + ")");
      }
      id = startExport(console.address(), keyspace + ".t", warehouse.resolve("csv"));
      try (JobStore jobs = JobStore.file(console.store())) {
        while (jobs.find(id).orElseThrow().figures().partitions() == 0) {
          Thread.sleep(50);
        }
      }
    }
    try (JobStore jobs = JobStore.file(warehouse.resolve("jobs.db"))) {
      Job job = jobs.find(id).orElseThrow();
      assertThat(job.status()).isEqualTo(JobStatus.STOPPED);
      assertThat(ProcessHandle.of(job.owner().orElseThrow().pid()).filter(ProcessHandle::isAlive))
          .isEmpty();
    }
  }

  /** Starts an export of minutes. */
  private static UUID startExport(URI console, String table, Path files) throws Exception {
    Object command =
        Map.of(
            "command",
            List.of(
                "export",
                table,
                "--contact-point=" + TestCluster.contactPoint(),
                "--format=csv",
                "--path=" + files,
                "--rate=1"),
            "start",
            true);
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(console.resolve("/api/batch-jobs"))
                    .header(
                        "Authorization",
                        "Bearer " + console.getFragment().substring("token=".length()))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(Json.text(command)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return UUID.fromString(Json.tree(answer.body()).path("id").asText());
  }

  @Test
  void consoleThatCannotStartLeavesNothingOpen() throws Exception {
    Path warehouse = folder.resolve("taken");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> DemoCommand.DemoConsole.start(warehouse, taken.getLocalPort()))
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
    // A store that is still open keeps its file of the write-ahead log.
    assertThat(warehouse.resolve("jobs.db-wal")).doesNotExist();
  }

  @Test
  void endsWithCommandsToTry() {
    List<String> commands =
        DemoCommand.nextSteps().lines().filter(line -> line.startsWith("  ringhaul ")).toList();
    assertThat(commands).hasSize(3);
    commands.forEach(line -> DocumentedCommands.assertParses(line, line.strip()));
  }

  private interface Work {
    void run() throws Exception;
  }

  private static String printedBy(Work work) throws Exception {
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(captured);
      work.run();
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** The section about other programs that read a local warehouse. */
  private static String section(String page) {
    return page.substring(page.indexOf("\n## Open the tables in other programs\n"));
  }

  private static String demo(String keyspace, Path warehouse) throws Exception {
    DemoCommand demo = new DemoCommand(keyspace);
    new CommandLine(demo).parseArgs("--rows", Integer.toString(ROWS));
    try (CqlSession session = TestCluster.get().newSession();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return printedBy(
          () ->
              assertThat(demo.run(session, operator, warehouse, Optional.empty()))
                  .isEqualTo(ExitCode.DONE));
    }
  }

  private static long inDuckDb(String query) throws SQLException {
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet count = statement.executeQuery(query)) {
      assertThat(count.next()).isTrue();
      return count.getLong(1);
    }
  }

  private static String single(Pattern pattern, String text) {
    List<String> found = pattern.matcher(text).results().map(MatchResult::group).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
