package io.ringhaul.benchmarks.contests;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.floors.RingPieces;
import io.ringhaul.benchmarks.floors.ScanFloor;
import java.net.InetSocketAddress;
import java.util.List;

/** A {@link ScanFloor} as a whole process: the plain driver in a new virtual machine. */
public final class ScanProcess {

  /** Reads all columns. */
  static final String ALL = "all";

  /** Reads the partition key and counts in the client. */
  static final String KEYS = "keys";

  private ScanProcess() {}

  /**
   * Arguments: host, port, table, {@value #ALL} or {@value #KEYS}, number of tasks, number of
   * concurrent tasks, rows per page. Prints the number of rows.
   */
  public static void main(String[] arguments) throws Exception {
    String driver = "datastax-java-driver.advanced.";
    // Daemon threads, so that a session left open by a failure does not keep the process alive.
    System.setProperty(driver + "netty.daemon", "true");
    // The settings of the command line that shorten the start.
    System.setProperty(driver + "timestamp-generator.force-java-clock", "true");
    System.setProperty(driver + "metadata.schema.refreshed-keyspaces.0", BenchCluster.KEYSPACE);
    System.out.println(scan(arguments));
    System.out.flush();
    // The floor does not wait for the session to close.
    System.exit(0);
  }

  private static long scan(String... arguments) throws InterruptedException {
    CqlSession session =
        BenchCluster.connect(
            List.of(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]))));
    ScanFloor floor =
        new ScanFloor(
            session,
            RingPieces.of(session, Integer.parseInt(arguments[4])),
            Integer.parseInt(arguments[5]));
    int pageSize = Integer.parseInt(arguments[6]);
    return arguments[3].equals(KEYS)
        ? floor.countKeys(arguments[2], pageSize)
        : floor.read(arguments[2], pageSize);
  }
}
