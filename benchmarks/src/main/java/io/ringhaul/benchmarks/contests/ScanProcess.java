package io.ringhaul.benchmarks.contests;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.floors.RingPieces;
import io.ringhaul.benchmarks.floors.ScanFloor;
import java.net.InetSocketAddress;
import java.util.List;

/** A {@link ScanFloor} as a whole process: the plain driver in a fresh virtual machine. */
public final class ScanProcess {

  /** All columns are read. */
  static final String ALL = "all";

  /** The partition key is read, and the rows are counted by the client. */
  static final String KEYS = "keys";

  private ScanProcess() {}

  /**
   * Takes host, port, table, {@value #ALL} or {@value #KEYS}, how many tasks, how many of them at
   * once, and the rows to a page; prints the number of rows.
   */
  public static void main(String[] arguments) throws Exception {
    String driver = "datastax-java-driver.advanced.";
    // A session that a failure leaves open must not keep the process alive.
    System.setProperty(driver + "netty.daemon", "true");
    // As the command line has it: both save time at the start.
    System.setProperty(driver + "timestamp-generator.force-java-clock", "true");
    System.setProperty(driver + "metadata.schema.refreshed-keyspaces.0", BenchCluster.KEYSPACE);
    System.out.println(scan(arguments));
    System.out.flush();
    // A floor does not wait until its session is closed.
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
