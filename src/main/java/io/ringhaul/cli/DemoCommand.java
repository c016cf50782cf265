package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountResult;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the whole journey on a real cluster that it starts itself. */
@Command(
    name = "demo",
    description =
        "Starts a real Cassandra on this machine, fills a table, counts it, exports it to Iceberg,"
            + " imports it into a second table and compares the two.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class DemoCommand implements Callable<Integer> {

  private static final int STEPS = 6;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Rows in the sample table. Default: ${DEFAULT-VALUE}.")
  private long rows;

  @Option(
      names = "--nodes",
      paramLabel = "1|3",
      defaultValue = "1",
      description = "Nodes of the cluster. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--path",
      paramLabel = "DIR",
      description = "The warehouse folder. Default: a new folder in ./ringhaul-demo.")
  private @Nullable Path path;

  private final String keyspace;
  private int step;

  DemoCommand() {
    this(SampleOrders.KEYSPACE);
  }

  DemoCommand(String keyspace) {
    this.keyspace = keyspace;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (nodes != 1 && nodes != 3) {
      throw new InvalidSettingException("--nodes", "--nodes is " + nodes + "; it takes 1 or 3");
    }
    if (rows < 0) {
      throw new InvalidSettingException("--rows", "--rows is " + rows + "; it takes 0 or more");
    }
    Path warehouse = warehouse();
    say("Starting a real cluster, each node a process of this machine");
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .nodes(nodes)
                .onProgress(message -> System.out.println("      " + message))
                .start();
        CqlSession session = connect(cluster);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      return run(session, operator, warehouse);
    }
  }

  int run(CqlSession session, TokenAwareBulkOperator operator, Path warehouse)
      throws InterruptedException {
    SampleOrders orders = new SampleOrders(session, keyspace);
    say("Filling %s.%s with %,d rows", keyspace, SampleOrders.TABLE, rows);
    orders.createTables(nodes);
    orders.fill(rows);

    say("Counting %s.%s", keyspace, SampleOrders.TABLE);
    CountResult counted = show(operator.count(keyspace, SampleOrders.TABLE));

    String table = keyspace + "." + SampleOrders.TABLE;
    say("Exporting it to the Iceberg table %s, partitioned by month(order_date)", table);
    ExportResult exported =
        show(
            operator
                .exportFrom(keyspace, SampleOrders.TABLE)
                .to(IcebergTarget.warehouse(warehouse).partitionBy("month(order_date)")));
    System.out.printf(
        Locale.ROOT,
        "      %d Parquet files, %,d bytes, one snapshot%n",
        exported.files(),
        exported.fileBytes());

    say("Importing it into %s.%s", keyspace, SampleOrders.RESTORED);
    ImportResult imported =
        show(
            operator
                .importInto(keyspace, SampleOrders.RESTORED)
                .from(
                    IcebergSource.warehouse(warehouse)
                        .table(table)
                        .snapshot(exported.snapshotId().orElseThrow())));

    say("Comparing the two tables, byte by byte");
    TableComparison.Outcome outcome =
        new TableComparison(session).compare(keyspace, SampleOrders.TABLE, SampleOrders.RESTORED);
    if (outcome.difference().isPresent()
        || outcome.rows() != counted.rows()
        || exported.rows() != counted.rows()
        || imported.rows() != counted.rows()) {
      throw new BulkOperationException(
          String.format(
              Locale.ROOT,
              "The tables differ after %,d equal rows: %s; counted %,d, exported %,d, imported %,d",
              outcome.rows(),
              outcome.difference().orElse("the numbers of rows do"),
              counted.rows(),
              exported.rows(),
              imported.rows()));
    }
    System.out.printf(
        Locale.ROOT,
        "      %,d rows, equal in every byte%n%nThe Iceberg table lies in %s%nIts catalog is %s%n",
        outcome.rows(),
        warehouse.resolve(keyspace).resolve(SampleOrders.TABLE),
        warehouse.resolve("catalog.db"));
    System.out.print(new WarehouseReaders(warehouse, table).text());
    return ExitCode.DONE;
  }

  private Path warehouse() {
    Path folder =
        path != null
            ? path
            : Path.of(
                "ringhaul-demo",
                LocalDateTime.now(ZoneId.systemDefault())
                    .format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss")));
    return folder.toAbsolutePath().normalize();
  }

  private static CqlSession connect(SandboxCluster cluster) {
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(cluster.localDatacenter())
        .build();
  }

  private void say(String text, Object... values) {
    step++;
    System.out.printf(
        Locale.ROOT, "[%d/%d] %s%n", step, STEPS, String.format(Locale.ROOT, text, values));
  }

  private static <R extends OperationResult> R show(OperationRequest<?, R> request) {
    R result;
    try (ProgressDisplay progress = ProgressDisplay.of("     ")) {
      result = request.onProgress(now -> progress.show(now, "")).run();
    }
    OperationTotals totals = result.totals();
    System.out.printf(
        Locale.ROOT,
        "      %,d rows in %.1f s (%,.0f rows/s), %d tasks%n",
        totals.rows(),
        totals.duration().toMillis() / 1e3,
        totals.rowsPerSecond(),
        totals.tasks());
    return result;
  }
}
