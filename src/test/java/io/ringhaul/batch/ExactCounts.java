package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.TestCluster;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes that reveal lost and repeated statements, from eight threads through one writer: most
 * through its stream, some as units.
 */
public final class ExactCounts {

  private static final int THREADS = 8;

  /** Appends to a partition; those of two threads, in two halves. */
  private static final int IN_A_PARTITION = 100;

  private static final int ROWS = 10;

  /** Interval of statements after which the next ones are sent as units. */
  private static final int PERIOD = 500;

  private static final int UNIT = 10;

  private final CqlSession session = TestCluster.session();
  private final int statements;

  /**
   * @param statements number of statements; a multiple of 4,000
   */
  public ExactCounts(int statements) {
    this.statements = statements;
  }

  private interface Bound {
    BoundStatement of(int number);
  }

  private int partition(int number) {
    return number % (statements / 2) / (IN_A_PARTITION / 2);
  }

  private static int row(int number) {
    return number % ROWS;
  }

  /** Each statement appends its number to a list. */
  public void appendToLists() throws Exception {
    String table = TestCluster.newKeyspace(1) + ".appends";
    TestCluster.define(
        "CREATE TABLE " + table + " (p int, c int, l list<int>, PRIMARY KEY (p, c))");
    PreparedStatement append =
        session.prepare("UPDATE " + table + " SET l = l + ? WHERE p = ? AND c = ?");
    write(
        number ->
            append.bind(List.of(number), partition(number), row(number)).setIdempotent(false));

    BitSet found = new BitSet(statements);
    for (Row row : session.execute("SELECT p, c, l FROM " + table)) {
      for (int number : row.getList("l", Integer.class)) {
        assertThat(row.getInt("p")).isEqualTo(partition(number));
        assertThat(row.getInt("c")).isEqualTo(row(number));
        assertThat(found.get(number)).as("append %d exists twice", number).isFalse();
        found.set(number);
      }
    }
    assertThat(found.nextClearBit(0)).as("the first missing append").isEqualTo(statements);
  }

  /**
   * Each statement adds its number plus one to a counter, because adding 0 has no visible effect.
   */
  public void addToCounters() throws Exception {
    String table = TestCluster.newKeyspace(1) + ".counters";
    TestCluster.define("CREATE TABLE " + table + " (p int, c int, n counter, PRIMARY KEY (p, c))");
    PreparedStatement add =
        session.prepare("UPDATE " + table + " SET n = n + ? WHERE p = ? AND c = ?");
    write(number -> add.bind(number + 1L, partition(number), row(number)));

    long[][] sums = new long[partition(statements - 1) + 1][ROWS];
    for (int number = 0; number < statements; number++) {
      sums[partition(number)][row(number)] += number + 1L;
    }
    long[][] found = new long[sums.length][ROWS];
    for (Row row : session.execute("SELECT p, c, n FROM " + table)) {
      found[row.getInt("p")][row.getInt("c")] = row.getLong("n");
    }
    assertThat(found).isDeepEqualTo(sums);
  }

  private void write(Bound statement) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (BatchWriter writer = BatchWriter.over(session)) {
      List<Callable<Integer>> writing = new ArrayList<>();
      int share = statements / THREADS;
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread * share;
        writing.add(() -> write(writer, statement, first, first + share));
      }
      int units = 0;
      for (Future<Integer> done : threads.invokeAll(writing)) {
        units += done.get();
      }
      writer.flush();
      assertThat(units).isPositive();
      assertThat(writer.writtenStatements()).isEqualTo(statements - (long) units * UNIT);
      assertThat(writer.metrics().operations()).isEqualTo(statements);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Writes a range of numbers and returns the number of units. */
  private static int write(BatchWriter writer, Bound statement, int from, int to)
      throws InterruptedException {
    int units = 0;
    int number = from;
    while (number < to) {
      if (number % PERIOD == 0) {
        List<Operation> unit = new ArrayList<>(UNIT);
        for (int i = 0; i < UNIT; i++) {
          unit.add(Operation.of(statement.of(number++)));
        }
        assertThat(writer.execute(unit, BatchType.UNLOGGED).requests()).isEqualTo(1);
        units++;
      } else {
        writer.add(statement.of(number++));
      }
    }
    return units;
  }
}
