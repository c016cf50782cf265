package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.DelayedLink;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the progress of an export on a terminal, with and without answers of the cluster. */
@Slow
@ClusterTest
class TerminalProgressIT {

  private static final String ROWS_SO_FAR = " +[\\d,]+( of ~[\\d,]+)? rows";

  /** The figures beside rate and remaining time, by the terminal's columns. */
  private static final Map<Integer, String> FURTHER_FIGURES =
      Map.of(60, "", 80, ROWS_SO_FAR, 100, ROWS_SO_FAR, 160, ROWS_SO_FAR + " +\\d/2 tasks");

  private static final int ROWS = 8_000;
  private static final int SILENCE_MILLIS = 6_000;
  private static final long MOST_SECONDS = 90;

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id bigint PRIMARY KEY, note text)");
    CqlSession session = TestCluster.session();
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (id, note) VALUES (?, 'a note')");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (long id = 0; id < ROWS; id++) {
        writes.addPartition(List.of(insert.bind(id)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80, 100, 160})
  void redrawsTwiceASecondWithoutProgress(int columns) throws Exception {
    List<DelayedLink> links = new ArrayList<>();
    try {
      Process export = start(columns, links);
      await(export, " [2-5][0-9] %");
      links.forEach(link -> link.delay(SILENCE_MILLIS));
      await(export, "stalled [3-5] s");
      links.forEach(link -> link.delay(0));
      assertThat(export.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as(shown()).isTrue();
      assertThat(export.exitValue()).as(shown()).isZero();
    } finally {
      for (DelayedLink link : links) {
        link.close();
      }
    }
    List<List<String>> drawings = drawings();
    assertThat(drawings)
        .hasSizeGreaterThan(8)
        .allSatisfy(lines -> assertThat(lines).allMatch(line -> line.length() < columns))
        .anySatisfy(
            lines ->
                assertThat(lines.get(0))
                    .matches(
                        " *\\d+ % ▕█+[▏▎▍▌▋▊▉]? *▏ +[\\d,]+ rows/s +\\d+ s left"
                            + FURTHER_FIGURES.get(columns)));
    List<List<String>> stalled =
        drawings.stream().filter(lines -> lines.get(0).contains("stalled")).toList();
    assertThat(stalled)
        .as("drawn without progress")
        .hasSizeGreaterThan(3)
        .allSatisfy(
            lines -> assertThat(lines.get(1)).startsWith("  The cluster has not answered for "));
    assertThat(stalled.stream().map(lines -> lines.get(1)).distinct())
        .as("the seconds of the stall")
        .hasSizeGreaterThan(1);
    assertThat(shown())
        .as("the lines are removed before the summary")
        .containsPattern("\\R?\r\033\\[1A\033\\[Jexport " + keyspace + ".t: 8,000 rows");
  }

  /** The lines of each drawing, without colours. */
  private List<List<String>> drawings() throws IOException {
    return Stream.of(shown().replaceAll("\033\\[\\d*m", "").split("\r\033\\[1A\033\\[J", -1))
        .map(drawing -> drawing.lines().toList())
        .filter(lines -> lines.size() == 2 && lines.get(0).contains(" rows/s "))
        .toList();
  }

  /** Starts the export behind links to all nodes, in a terminal. */
  private Process start(int columns, List<DelayedLink> links) throws IOException {
    StringBuilder command = new StringBuilder("stty cols " + columns + " rows 24; exec '");
    command.append(Path.of(System.getProperty("java.home"), "bin", "java"));
    command.append("' -XX:TieredStopAtLevel=1 -Xmx512m -Dringhaul.terminal=true");
    command.append(" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.append(" -Ddatastax-java-driver.advanced.address-translator.class=");
    command.append(LinkedAddresses.class.getName());
    for (Node each : TestCluster.session().getMetadata().getNodes().values()) {
      InetSocketAddress node = (InetSocketAddress) each.getEndPoint().resolve();
      DelayedLink link = DelayedLink.to(node, 0);
      links.add(link);
      command.append(
          String.format(" -D%s=%d", LinkedAddresses.property(node), link.address().getPort()));
    }
    command.append(
        String.format(
            " %s export %s.t --format csv --path '%s' --contact-point 127.0.0.1:%d --tasks 2"
                + " --page-size 50 --rate 1000 --job-store none --skip-preflight",
            Main.class.getName(),
            keyspace,
            folder.resolve("out"),
            links.get(0).address().getPort()));
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qefc", command.toString(), typescript().toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("TERM", "xterm");
    return builder.start();
  }

  private Path typescript() {
    return folder.resolve("typescript");
  }

  private String shown() throws IOException {
    return Files.exists(typescript()) ? Files.readString(typescript()) : "";
  }

  private void await(Process export, String pattern) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
    while (!shown().matches("(?s).*" + pattern + ".*")) {
      assertThat(export.isAlive()).as("%s: %s", pattern, shown()).isTrue();
      assertThat(System.nanoTime()).as("%s: %s", pattern, shown()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
