package io.ringhaul.it;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.TestCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Tables with every {@link TypeCase}: one column ({@code c0}, {@code c1}, ...) for each type and
 * one row, numbered by {@code id}, for each value. A row has a value only in the column of its
 * type.
 */
public final class TypeTable {

  private final CqlSession session;
  private final String keyspace;
  private final List<TypeCase> cases =
      TypeCase.all().stream()
          .filter(each -> TestCluster.hasVectors() || !each.type().startsWith("vector"))
          .toList();
  private final List<String> types = cases.stream().map(TypeCase::type).distinct().toList();

  /** Creates the user-defined types in the keyspace. */
  public TypeTable(CqlSession session, String keyspace) {
    this.session = session;
    this.keyspace = keyspace;
    TestCluster.define(TypeCase.userTypes(keyspace));
  }

  /** Returns the case of each row by its number. */
  List<TypeCase> cases() {
    return cases;
  }

  /** Returns the description of the value in each row, such as {@code 1.10}. */
  public List<String> names() {
    return cases.stream().map(TypeCase::name).toList();
  }

  /** Returns the CQL type of each column except {@code id}. */
  public List<String> types() {
    return types;
  }

  /** Returns the name of each column except {@code id}. */
  public List<String> columns() {
    return IntStream.range(0, types.size()).mapToObj(column -> "c" + column).toList();
  }

  /** Creates an empty table. */
  public void create(String table) {
    List<String> columns = new ArrayList<>();
    columns.add("id int PRIMARY KEY");
    for (int i = 0; i < types.size(); i++) {
      columns.add(columns().get(i) + " " + types.get(i));
    }
    TestCluster.define(
        String.format("CREATE TABLE %s.%s (%s)", keyspace, table, String.join(", ", columns)));
  }

  /** Inserts each case as raw bytes. */
  public void fill(String table) {
    Map<String, PreparedStatement> inserts = new HashMap<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < cases.size(); i++) {
        TypeCase each = cases.get(i);
        PreparedStatement insert =
            inserts.computeIfAbsent(
                each.type(),
                type ->
                    session.prepare(
                        String.format(
                            "INSERT INTO %s.%s (id, c%d) VALUES (?, ?)",
                            keyspace, table, types.indexOf(type))));
        writes.add(insert.bind().setInt(0, i).setBytesUnsafe(1, each.bytes()));
      }
    }
  }
}
