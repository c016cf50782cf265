package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import java.util.List;
import java.util.function.IntFunction;

/** A small table {@code t (id int PRIMARY KEY, v text)} with rows, and another without any. */
public final class ValuesTable {

  private ValuesTable() {}

  /**
   * Makes both in a new keyspace.
   *
   * @param empty the name of the table without rows
   * @param rows how many rows {@code t} has; their ids begin with 0
   * @param value the value of the row of an id
   * @return the keyspace
   */
  public static String create(String empty, int rows, IntFunction<String> value) {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)",
            "CREATE TABLE " + keyspace + "." + empty + " (id int PRIMARY KEY, v text)"));
    CqlSession session = TestCluster.session();
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        rows,
        id -> new Object[] {id, value.apply(id)});
    return keyspace;
  }
}
