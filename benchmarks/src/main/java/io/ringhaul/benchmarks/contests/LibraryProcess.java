package io.ringhaul.benchmarks.contests;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs works without a command line option through the library in a separate process. */
public final class LibraryProcess {

  /** Exports to a new Iceberg table several times in one session. */
  static final String EXPORT_ICEBERG = "export-iceberg";

  /** Imports CSV files with a maximum batch size. */
  static final String IMPORT_CSV = "import-csv";

  private LibraryProcess() {}

  /**
   * Arguments: host, port, work, table, folder, and the number that belongs to the work. Prints a
   * line of JSON with the rows and the seconds of each repetition.
   */
  public static void main(String[] arguments) throws Exception {
    // As in the command line: otherwise the driver waits two seconds at close.
    for (String group : List.of("io", "admin")) {
      String shutdown = "datastax-java-driver.advanced.netty." + group + "-group.shutdown.";
      System.setProperty(shutdown + "quiet-period", "100");
      System.setProperty(shutdown + "timeout", "15000");
      System.setProperty(shutdown + "unit", "MILLISECONDS");
    }
    InetSocketAddress node = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    Path folder = Path.of(arguments[4]);
    int number = Integer.parseInt(arguments[5]);
    List<Double> seconds = new ArrayList<>();
    long rows = 0;
    try (CqlSession session = BenchCluster.connect(List.of(node));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      boolean imports = arguments[2].equals(IMPORT_CSV);
      for (int time = 0; time < (imports ? 1 : number); time++) {
        long started = System.nanoTime();
        rows =
            imports
                ? operator
                    .importInto(BenchCluster.KEYSPACE, arguments[3])
                    .from(CsvSource.at(folder))
                    .maxBatchStatements(number)
                    .consistency(DefaultConsistencyLevel.LOCAL_ONE)
                    .execute()
                    .totals()
                    .rows()
                : operator
                    .export(BenchCluster.KEYSPACE, arguments[3])
                    .to(
                        IcebergTarget.warehouse(folder)
                            .table(BenchCluster.KEYSPACE + "." + arguments[3] + "_" + time))
                    .consistency(DefaultConsistencyLevel.LOCAL_ONE)
                    .execute()
                    .totals()
                    .rows();
        seconds.add((System.nanoTime() - started) / 1e9);
      }
    }
    System.out.println(
        new ObjectMapper().writeValueAsString(Map.of("rows", rows, "seconds", seconds)));
  }
}
