package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.Grouping;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.interop.JavaProgram;
import io.ringhaul.monitor.OperationTotals;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cost of whole operations in requests, pages, prepared statements and allocated bytes. These
 * figures do not depend on the load of the machine, so a rise has a cause in the code.
 */
@ClusterTest
@Topology
class CostIT {

  private static final int ROWS = 20_000;

  /** In per cent. */
  private static final double MARGIN = 3;

  private static final Map<String, Double> ALLOCATED =
      Map.of(
          "CSV out", 1_317.0,
          "CSV in", 2_556.0,
          "JSON out", 1_300.0,
          "JSON in", 3_512.0,
          "PARQUET out", 2_425.0,
          "PARQUET in", 3_247.0,
          "ICEBERG out", 2_513.0,
          "ICEBERG in", 3_230.0);

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(3);

  @TempDir private Path folder;

  /** Table shapes with the expected requests for an import of 1,000 rows. */
  private enum Shape {
    /**
     * Ten rows of 100 bytes per partition; two partitions stay below the server's 5 KiB batch
     * warning.
     */
    ORDERS(6, 16, 50),
    /** One row per partition; the server does not warn about batches of ten partitions. */
    ONE_ROW(2, 16, 100),
    /** 1 to 40 rows per partition. */
    UNLIKE(6, 16, 42),
    /** 60 columns, one row per partition. */
    WIDE(60, 16, 500);

    private final int columns;
    private final int width;
    private final double requests;

    Shape(int columns, int width, double requests) {
      this.columns = columns;
      this.width = width;
      this.requests = requests;
    }

    private int rows() {
      return this == WIDE ? ROWS / 5 : ROWS;
    }

    private String names() {
      return IntStream.range(0, columns).mapToObj(i -> "v" + i).collect(Collectors.joining(", "));
    }

    private List<Object> values(int row) {
      long partition =
          switch (this) {
            case ORDERS -> row / 10;
            case ONE_ROW, WIDE -> row;
            case UNLIKE -> row / 820 * 40L + Math.round(Math.sqrt(2 * (row % 820) + 0.25) - 0.5);
          };
      List<Object> values = new ArrayList<>(List.of(partition, row));
      String text = Integer.toString(row) + "x".repeat(width);
      IntStream.range(0, columns).forEach(i -> values.add(text.substring(0, width)));
      return values;
    }
  }

  private void fill(Shape shape) {
    String table = shape.name();
    for (String each : List.of(table, table + "_copy")) {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.%s (p bigint, c int, %s text, PRIMARY KEY (p, c))",
              keyspace, each, shape.names().replace(",", " text,")));
    }
    AsyncWrites.writeRows(
        session,
        String.format(
            "INSERT INTO %s.%s (p, c, %s) VALUES (?, ?%s)",
            keyspace, table, shape.names(), ", ?".repeat(shape.columns)),
        shape.rows(),
        row -> shape.values(row).toArray());
  }

  @ParameterizedTest
  @EnumSource
  void requestsOfAnImport(Shape shape) {
    fill(shape);
    export(session, shape, CsvTarget.folder(folder));
    requireCost(
        "requests per 1,000 rows", requests(shape, UnaryOperator.identity()), shape.requests);
  }

  /** Imports rows and returns the write requests per 1,000 rows. */
  private double requests(Shape shape, UnaryOperator<ImportRequest> settings) {
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      ImportRequest request =
          operator.importInto(keyspace, shape.name() + "_copy").from(CsvSource.at(folder));
      assertThat(settings.apply(request).execute().rows()).isEqualTo(shape.rows());
    }
    return 1e3 * watch.sent().stream().filter(CostIT::isWrite).count() / shape.rows();
  }

  private static boolean isWrite(Statement<?> statement) {
    return statement instanceof BatchStatement
        || (statement instanceof BoundStatement bound
            && bound.getPreparedStatement().getQuery().startsWith("INSERT"));
  }

  /** Checks that doubled requests fail the test, so the expected figures are effective. */
  @Test
  void detectsDoubledRequests() {
    fill(Shape.ORDERS);
    export(session, Shape.ORDERS, CsvTarget.folder(folder));
    double doubled = requests(Shape.ORDERS, each -> each.grouping(Grouping.PARTITION));
    assertThatThrownBy(() -> requireCost("requests per 1,000 rows", doubled, Shape.ORDERS.requests))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("100.0")
        .hasMessageContaining("50.0");
  }

  @Test
  void tasksAndPreparedStatementsOfAnExport() {
    fill(Shape.ORDERS);
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      OperationTotals totals =
          operator
              .export(keyspace, Shape.ORDERS.name())
              .to(CsvTarget.folder(folder))
              // Without fixed tasks, idle workers take parts of running tasks at random.
              .fixedTasks()
              .execute()
              .totals();
      assertThat(totals.tasks()).as("tasks").isEqualTo(8 * TestCluster.get().nodes());
    }
    // One statement each for ranges with two bounds, a lower bound only and an upper bound only.
    assertThat(watch.prepared()).as("prepared").hasSize(3);
  }

  /** The first page has 50 rows because the row size is unknown; later pages have 256 KiB. */
  @Test
  void pagesOfAnExport() {
    fill(Shape.ORDERS);
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator
          .export(keyspace, Shape.ORDERS.name())
          .to(CsvTarget.folder(folder))
          .taskCount(1)
          .parallelism(1)
          .execute();
    }
    requireCost("pages", (double) scans(watch), 12);
  }

  @Test
  void requestsInFlight() {
    fill(Shape.ONE_ROW);
    RecordingSession watch = new RecordingSession(session);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator.count(keyspace, Shape.ONE_ROW.name()).taskCount(500).execute();
      watch.requireMaxInFlight(8 * TestCluster.get().nodes());
    }
  }

  private static long scans(RecordingSession watch) {
    return watch.sent().stream()
        .filter(
            sent ->
                sent instanceof BoundStatement bound
                    && bound.getPreparedStatement().getQuery().contains("WHERE token("))
        .count();
  }

  /**
   * Bytes that all threads allocate per row. The measurement runs in its own process with the C1
   * compiler, because escape analysis in C2 varies between processes and changes the result by up
   * to a quarter.
   */
  @Slow
  @Test
  void bytesAllocatedPerRow() throws Exception {
    fill(Shape.ORDERS);
    InetSocketAddress node = TestCluster.get().contactPoints().get(0);
    List<Path> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
    Path out =
        new JavaProgram(
                classPath,
                List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"),
                Allocations.class.getName(),
                folder)
            .run(
                node.getHostString(),
                Integer.toString(node.getPort()),
                TestCluster.get().localDatacenter(),
                keyspace,
                Shape.ORDERS.name(),
                folder.toString())
            .requireExit(0)
            .out();
    Map<String, Double> measured =
        Files.readAllLines(out).stream()
            .map(line -> line.split("="))
            .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
    SoftAssertions costs = new SoftAssertions();
    ALLOCATED.forEach(
        (what, bytes) ->
            costs
                .assertThat(measured.get(what))
                .as("bytes allocated per row, %s", what)
                .isCloseTo(bytes, withinPercentage(MARGIN)));
    costs.assertAll();
    double twice = Objects.requireNonNull(measured.get(Allocations.TWICE));
    double once = Objects.requireNonNull(ALLOCATED.get("PARQUET out"));
    assertThatThrownBy(() -> requireCost("bytes", twice, once)).isInstanceOf(AssertionError.class);
  }

  private void export(CqlSession through, Shape shape, ExportTarget target) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(through)) {
      assertThat(operator.export(keyspace, shape.name()).to(target).execute().rows())
          .isEqualTo(shape.rows());
    }
  }

  private static void requireCost(String what, double measured, double expected) {
    assertThat(measured).as(what).isCloseTo(expected, withinPercentage(MARGIN));
  }
}
