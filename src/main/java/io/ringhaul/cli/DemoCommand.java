package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.CountRequest;
import io.ringhaul.CountResult;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyResult;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.cli.jobs.UntilSignal;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.console.JobConsole;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts, exports, imports and compares on a real cluster that the command starts. */
@Command(
    name = "demo",
    description =
        "Starts a real Cassandra cluster on this machine, fills a table, counts it, exports it"
            + " to Iceberg, imports it into a second table and compares the two tables. With"
            + " --console, the cluster stays up with a web page that shows the jobs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class DemoCommand implements Callable<Integer> {

  private static final int STEPS = 6;

  /** Long enough to find the job in the console. */
  private static final int SECONDS_TO_WATCH = 60;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Number of rows in the sample table. Default: ${DEFAULT-VALUE}.")
  private long rows;

  @Option(
      names = "--nodes",
      paramLabel = "1|3",
      defaultValue = "1",
      description = "Number of nodes of the cluster. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--path",
      paramLabel = "DIR",
      description = "The warehouse folder. Default: a new folder in ./ringhaul-demo.")
  private @Nullable Path path;

  @Option(
      names = "--console",
      description =
          "Also starts the console, prints its address, and keeps the cluster and the console"
              + " running until Ctrl-C. Default: the cluster ends with the demonstration.")
  private boolean withConsole;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "7430",
      description = "The port of --console; 0 for any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

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
      throw new InvalidSettingException("--nodes", "--nodes is " + nodes + "; it must be 1 or 3");
    }
    if (rows < 0) {
      throw new InvalidSettingException("--rows", "--rows is " + rows + "; it must be 0 or more");
    }
    Path warehouse = warehouse();
    say("Starting a real cluster on this machine, one process per node");
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .nodes(nodes)
                .onProgress(message -> System.out.println("      " + message))
                .start();
        CqlSession session = connect(cluster);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      if (!withConsole) {
        int exitCode = run(session, operator, warehouse, Optional.empty());
        System.out.print(nextSteps());
        return exitCode;
      }
      try (DemoConsole console = DemoConsole.start(warehouse, port)) {
        System.out.println("      The console is at " + console.address());
        int exitCode = run(session, operator, warehouse, Optional.of(console));
        System.out.print(nextSteps(session, warehouse, console));
        // The cluster ends itself when the process shuts down, and its jobs must end before it.
        UntilSignal signal = UntilSignal.beforeShutdown();
        signal.await();
        System.out.println("Stopping the jobs, the console and the cluster");
        return exitCode;
      }
    }
  }

  /**
   * Runs the steps.
   *
   * @param console shows the count, the export and the import as jobs; without it they are none
   */
  int run(
      CqlSession session,
      TokenAwareBulkOperator operator,
      Path warehouse,
      Optional<DemoConsole> console)
      throws InterruptedException {
    SampleOrders orders = new SampleOrders(session, keyspace);
    say("Filling %s.%s with %,d rows", keyspace, SampleOrders.TABLE, rows);
    orders.createTables(nodes);
    orders.fill(rows);

    String table = keyspace + "." + SampleOrders.TABLE;
    say("Counting %s", table);
    CountRequest count = operator.count(keyspace, SampleOrders.TABLE);
    String contactPoint = "--contact-point=" + contactPoint(session);
    console.ifPresent(its -> count.job(its.job("count", table, contactPoint)));
    CountResult counted = show("count " + table, count);

    say("Exporting it to the Iceberg table %s, partitioned by month(order_date)", table);
    ExportRequest export =
        operator
            .export(keyspace, SampleOrders.TABLE)
            .to(IcebergTarget.warehouse(warehouse).partitionBy("month(order_date)"));
    console.ifPresent(
        its ->
            export.job(
                its.job(
                    "export",
                    table,
                    contactPoint,
                    "--format=iceberg",
                    "--path=" + warehouse,
                    "--partition-by=month(order_date)",
                    "--mode=overwrite")));
    ExportResult exported = show("export " + table, export);
    System.out.printf(
        Locale.ROOT,
        "      %d Parquet files, %s, one snapshot%n",
        exported.files(),
        Figures.roundedSize(exported.fileBytes()));

    say("Importing it into %s.%s", keyspace, SampleOrders.RESTORED);
    ImportRequest restore =
        operator
            .importInto(keyspace, SampleOrders.RESTORED)
            .from(
                IcebergSource.warehouse(warehouse)
                    .table(table)
                    .snapshot(exported.snapshotId().orElseThrow()));
    console.ifPresent(
        its ->
            restore.job(
                its.job(
                    "import",
                    keyspace + "." + SampleOrders.RESTORED,
                    contactPoint,
                    "--format=iceberg",
                    "--path=" + warehouse,
                    "--iceberg-table=" + table)));
    ImportResult imported = show("import " + keyspace + "." + SampleOrders.RESTORED, restore);

    say("Comparing the two tables, byte by byte");
    VerifyResult compared =
        operator
            .verify(keyspace, SampleOrders.RESTORED)
            .against(TableSource.of(session, keyspace, SampleOrders.TABLE).ignoreCellTimes())
            .execute();
    if (!compared.isEqual()
        || compared.rows() != counted.rows()
        || exported.rows() != counted.rows()
        || imported.rows() != counted.rows()) {
      throw new BulkOperationException(
          String.format(
              Locale.ROOT,
              "The tables are not equal: %s; compared %,d rows, counted %,d, exported %,d,"
                  + " imported %,d",
              compared.differences().stream()
                  .findFirst()
                  .map(VerifyResult.Difference::toString)
                  .orElse("the numbers of rows differ"),
              compared.rows(),
              counted.rows(),
              exported.rows(),
              imported.rows()));
    }
    System.out.printf(
        Locale.ROOT,
        "      %,d rows, equal in every byte%n%nThe Iceberg table is in %s%nIts catalog is %s%n",
        compared.rows(),
        warehouse.resolve(keyspace).resolve(SampleOrders.TABLE),
        warehouse.resolve("catalog.db"));
    System.out.print(new WarehouseReaders(warehouse, table).text());
    return ExitCode.DONE;
  }

  /** What to try after the cluster has ended. */
  static String nextSteps() {
    return """

        What to try next:

          ringhaul demo --console
              the same with a web page that shows the jobs, on a cluster that stays up
          ringhaul export my_keyspace.my_table --contact-point=my_host --format=iceberg --path=lake
              a table of your own cluster
          ringhaul export --help
              throttling, other formats, object stores, jobs that resume
        """;
  }

  /** What to try while the cluster and the console are up. */
  String nextSteps(CqlSession session, Path warehouse, DemoConsole console) {
    String table = keyspace + "." + SampleOrders.TABLE;
    String contactPoint = "--contact-point=" + contactPoint(session);
    String store = "--job-store=" + console.store();
    return String.format(
        Locale.ROOT,
        """

        The console is at %s
        The cluster is at %s. Both run until Ctrl-C. In another terminal, try:

          %s
              a job of about %d s to watch, to slow down and to stop in the console
          %s
              the jobs of the demonstration and their results
          %s
              compares the restored table with the Iceberg table again
        """,
        console.address(),
        contactPoint(session),
        StoredCommand.shellText(
            List.of(
                "export",
                table,
                contactPoint,
                "--format=csv",
                "--path=" + warehouse.resolve("csv"),
                "--mode=overwrite",
                "--rate=" + Math.max(1, rows / SECONDS_TO_WATCH),
                store)),
        SECONDS_TO_WATCH,
        StoredCommand.shellText(List.of("jobs", "list", store)),
        StoredCommand.shellText(
            List.of(
                "verify",
                keyspace + "." + SampleOrders.RESTORED,
                contactPoint,
                "--format=iceberg",
                "--path=" + warehouse,
                "--iceberg-table=" + table)));
  }

  private static String contactPoint(CqlSession session) {
    InetSocketAddress node =
        (InetSocketAddress)
            session.getMetadata().getNodes().values().iterator().next().getEndPoint().resolve();
    return node.getAddress().getHostAddress() + ":" + node.getPort();
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
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                // A schema change right after the start may take longer than the driver's 2 s.
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .build())
        .build();
  }

  private void say(String text, Object... values) {
    step++;
    System.out.printf(
        Locale.ROOT, "[%d/%d] %s%n", step, STEPS, String.format(Locale.ROOT, text, values));
  }

  private static <R extends OperationResult> R show(
      String operation, OperationRequest<?, R> request) {
    R result;
    try (ProgressDisplay progress = ProgressDisplay.of(operation, false)) {
      result = request.onProgress(progress::show).execute();
    }
    OperationTotals totals = result.totals();
    System.out.printf(
        Locale.ROOT,
        "      %,d rows in %s (%,.0f rows/s), %d tasks%n",
        totals.rows(),
        Figures.time(totals.duration()),
        totals.rowsPerSecond(),
        totals.tasks());
    return result;
  }

  /** A console over a job store in the warehouse folder. */
  static final class DemoConsole implements AutoCloseable {

    /** Jobs need a few seconds for their requests in flight. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final JobStore jobs;
    private final ProcessLauncher launcher;
    private final JobConsole console;

    private DemoConsole(JobStore jobs, ProcessLauncher launcher, JobConsole console) {
      this.jobs = jobs;
      this.launcher = launcher;
      this.console = console;
    }

    static DemoConsole start(Path warehouse, int port) {
      try {
        Files.createDirectories(warehouse);
      } catch (IOException e) {
        throw new StorageException(
            warehouse.toString(), "The folder " + warehouse + " cannot be created: " + e, e);
      }
      JobStoreLocation location =
          JobStoreLocation.of(warehouse.resolve("jobs.db").toString(), System.getenv());
      ImportFolders folders = ImportFolders.of(List.of(warehouse));
      JobStore jobs = location.open();
      try {
        return start(location, jobs, folders, port);
      } catch (RuntimeException e) {
        jobs.close();
        throw e;
      }
    }

    private static DemoConsole start(
        JobStoreLocation location, JobStore jobs, ImportFolders folders, int port) {
      ProcessLauncher launcher =
          new ProcessLauncher(
              jobs, new ProcessLauncher.JobProcesses(location, ConsoleCommand.logs(jobs)), folders);
      try {
        return new DemoConsole(
            jobs, launcher, JobConsole.over(jobs).port(port).launcher(launcher).start());
      } catch (RuntimeException e) {
        launcher.close();
        throw e;
      }
    }

    /** The address with the token that lets its reader control jobs. */
    URI address() {
      return console.uri();
    }

    Path store() {
      return jobs.file().orElseThrow();
    }

    /** The job of an operation, which the console can run again with this command. */
    JobOptions job(String... command) {
      return JobOptions.in(jobs)
          .named("demo " + command[0])
          .describedAs("A step of the demonstration")
          .madeBy(List.of(command));
    }

    /** Stops the jobs that still run, since their cluster ends next, and closes the console. */
    @Override
    public void close() {
      try (jobs;
          launcher;
          console) {
        stopJobs();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void stopJobs() throws InterruptedException {
      launcher.stopAll(PATIENCE);
      // What still runs is of other terminals.
      jobs.list().stream()
          .filter(job -> job.status().isWorking())
          .forEach(job -> jobs.requestStop(job.id()));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (jobs.list().stream().anyMatch(job -> job.status().isWorking())
          && System.nanoTime() < deadline) {
        Thread.sleep(100);
      }
    }
  }

  /**
   * The sample table of the demonstration. It has ten orders per customer; an order's values depend
   * only on its number.
   */
  private static final class SampleOrders {

    /** The default keyspace of both tables. */
    static final String KEYSPACE = "store";

    /** The table with the sample orders. */
    static final String TABLE = "orders";

    /** An empty table with the same columns. */
    static final String RESTORED = "orders_restored";

    private static final int ORDERS_TO_A_CUSTOMER = 10;
    private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 1);
    private static final int DAYS = 365;
    private static final List<String> STATUSES = List.of("new", "paid", "shipped", "returned");

    private final CqlSession session;
    private final String keyspace;

    SampleOrders(CqlSession session, String keyspace) {
      this.session = session;
      this.keyspace = keyspace;
    }

    /** Creates the keyspace and both tables if they are missing. */
    void createTables(int replicationFactor) {
      session.execute(
          "CREATE KEYSPACE IF NOT EXISTS "
              + keyspace
              + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': "
              + replicationFactor
              + "}");
      for (String table : List.of(TABLE, RESTORED)) {
        session.execute(
            "CREATE TABLE IF NOT EXISTS "
                + keyspace
                + "."
                + table
                + " (customer_id bigint, order_id uuid, order_date date, status text,"
                + " amount decimal, quantity int, note text, created_at timestamp, tags set<text>,"
                + " PRIMARY KEY (customer_id, order_id))");
      }
    }

    /** Writes the orders, starting with number 0. */
    void fill(long rows) throws InterruptedException {
      PreparedStatement insert =
          session.prepare(
              "INSERT INTO "
                  + keyspace
                  + "."
                  + TABLE
                  + " (customer_id, order_id, order_date, status, amount, quantity, note,"
                  + " created_at, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
      try (BatchWriter writer = BatchWriter.over(session)) {
        for (long number = 0; number < rows; number++) {
          writer.add(order(insert, number));
        }
        writer.flush();
      }
    }

    private static BoundStatement order(PreparedStatement insert, long number) {
      Random random = new Random(number);
      LocalDate day = FIRST_DAY.plusDays(random.nextInt(DAYS));
      BoundStatement order =
          insert.bind(
              number / ORDERS_TO_A_CUSTOMER,
              new UUID(random.nextLong(), random.nextLong()),
              day,
              STATUSES.get(random.nextInt(STATUSES.size())),
              new BigDecimal(BigInteger.valueOf(random.nextInt(1_000_000)), 2),
              1 + random.nextInt(9),
              "order number " + number,
              Instant.ofEpochSecond(day.toEpochDay() * 86_400 + random.nextInt(86_400)));
      // Every third order has null tags, which the import must restore as null.
      return number % 3 == 0 ? order : order.set("tags", Set.of("web", "vip"), Set.class);
    }
  }

  /**
   * Instructions for opening a table of a local warehouse with other programs. docs/iceberg.md has
   * the same lines with a sample path.
   *
   * @param warehouse an absolute path
   * @param table namespace and name
   */
  private record WarehouseReaders(Path warehouse, String table) {

    private static final String TEXT =
        """

        The catalog is called ringhaul. How to open the table elsewhere:

        Spark 3.5:

        spark-sql \\
          --packages org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0,org.xerial:sqlite-jdbc:3.53.4.0 \\
          --conf spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions \\
          --conf spark.sql.catalog.ringhaul=org.apache.iceberg.spark.SparkCatalog \\
          --conf spark.sql.catalog.ringhaul.type=jdbc \\
          --conf 'spark.sql.catalog.ringhaul.uri=jdbc:sqlite:%1$s/catalog.db' \\
          --conf 'spark.sql.catalog.ringhaul.warehouse=file:%1$s' \\
          -e 'SELECT count(*) FROM ringhaul.%2$s'

        PyIceberg, after pip install 'pyiceberg[sql-sqlite,pyarrow]':

        from pyiceberg.catalog import load_catalog
        catalog = load_catalog("ringhaul", type="sql", uri="sqlite:///%1$s/catalog.db")
        print(catalog.load_table("%2$s").scan().to_arrow().num_rows)

        Trino, as etc/catalog/ringhaul.properties, with sqlite-jdbc in plugin/iceberg and the folder on each node:

        connector.name=iceberg
        iceberg.catalog.type=jdbc
        iceberg.jdbc-catalog.catalog-name=ringhaul
        iceberg.jdbc-catalog.driver-class=org.sqlite.JDBC
        iceberg.jdbc-catalog.connection-url=jdbc:sqlite:%1$s/catalog.db
        iceberg.jdbc-catalog.default-warehouse-dir=file:%1$s
        fs.hadoop.enabled=true

        DuckDB, which reads one version of the table without the catalog:

        INSTALL iceberg; LOAD iceberg;
        SELECT count(*) FROM iceberg_scan('%3$s');
        """;

    /** The instructions, with the table's latest metadata file. */
    String text() {
      return TEXT.formatted(warehouse, table, metadata());
    }

    /** The metadata file with the highest number, which is the start of its name. */
    private Path metadata() {
      Path folder = warehouse.resolve(table.replace('.', '/')).resolve("metadata");
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .filter(file -> file.toString().endsWith(".metadata.json"))
            .max(Comparator.comparing(Path::getFileName))
            .orElseThrow(() -> new IOException("there is no metadata file"));
      } catch (IOException e) {
        throw new StorageException(
            folder.toString(), "The folder " + folder + " cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
