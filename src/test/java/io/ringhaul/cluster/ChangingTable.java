package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A small table that changes at random in every way that CQL has. */
public final class ChangingTable {

  private static final String COLUMNS =
      "k int, id uuid, s text static, v text, n bigint, l set<int>, PRIMARY KEY (k, id)";

  private final CqlSession session = TestCluster.session();
  private final String name;
  private final Random random;
  private final List<UUID> ids = new ArrayList<>();

  /** Creates the table. */
  public ChangingTable(String keyspace, String name, long seed) {
    this.name = keyspace + "." + name;
    this.random = new Random(seed);
    for (int i = 0; i < 6; i++) {
      ids.add(new UUID(random.nextLong(), random.nextLong()));
    }
    TestCluster.define(List.of(String.format("CREATE TABLE %s (%s)", this.name, COLUMNS)));
  }

  /**
   * Makes up to 12 changes.
   *
   * @param deletes whether there are deletions, which leave no write time
   * @param expires whether values expire; all have expired on return
   */
  public void change(boolean deletes, boolean expires) throws InterruptedException {
    for (int i = random.nextInt(12); i >= 0; i--) {
      session.execute(statement(deletes, expires));
    }
    if (expires) {
      Thread.sleep(2_100);
    }
  }

  private String statement(boolean deletes, boolean expires) {
    int k = random.nextInt(5);
    String key = "k = " + k + " AND id = " + ids.get(random.nextInt(ids.size()));
    String values = k + ", " + ids.get(random.nextInt(ids.size()));
    int number = random.nextInt(1_000);
    String statement =
        switch (random.nextInt(deletes ? 10 : 5)) {
          case 0 -> "INSERT INTO TABLE (k, id, v, n) VALUES (" + values + ", 'v', " + number + ")";
          case 1 -> "INSERT INTO TABLE (k, id) VALUES (" + values + ")";
          case 2 -> "UPDATE TABLE SET v = 'v" + number + "' WHERE " + key;
          case 3 -> "UPDATE TABLE SET l = l + {" + number + "} WHERE " + key;
          case 4 -> "UPDATE TABLE SET s = 's" + number + "' WHERE k = " + k;
          case 5 -> "DELETE FROM TABLE WHERE " + key;
          case 6 -> "DELETE v, l FROM TABLE WHERE " + key;
          case 7 -> "DELETE FROM TABLE WHERE k = " + k;
          case 8 ->
              expires
                  ? "INSERT INTO TABLE (k, id, v) VALUES (" + values + ", 'brief') USING TTL 1"
                  : "DELETE s FROM TABLE WHERE k = " + k;
          default ->
              expires
                  ? "UPDATE TABLE USING TTL 1 SET n = 1 WHERE " + key
                  : "UPDATE TABLE SET l = {} WHERE " + key;
        };
    return statement.replace("TABLE", name);
  }

  /** The rows as texts in alphabetical order. */
  public Collection<String> rows() {
    Collection<String> rows = new TreeSet<>();
    for (Row row : session.execute("SELECT k, id, s, v, n, l FROM " + name)) {
      rows.add(
          text(
              row.getInt("k"),
              row.getUuid("id"),
              row.getString("s"),
              row.getString("v"),
              row.isNull("n") ? null : row.getLong("n"),
              row.isNull("l") ? null : row.getSet("l", Integer.class)));
    }
    return rows;
  }

  /** A row as {@link #rows} has it. */
  public static String text(
      @Nullable Object k,
      @Nullable Object id,
      @Nullable Object s,
      @Nullable Object v,
      @Nullable Object n,
      @Nullable Collection<?> l) {
    return Arrays.asList(k, id, s, v, n, l == null ? null : new TreeSet<>(l)).toString();
  }
}
