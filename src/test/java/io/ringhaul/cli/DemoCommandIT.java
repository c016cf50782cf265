package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
import java.util.Optional;
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
